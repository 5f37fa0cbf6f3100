// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A call made by another thread, and what came of it. */
final class Background<T> {

    private final FutureTask<T> task;
    private final Thread thread;

    private Background(Callable<T> call) {
        this.task = new FutureTask<>(call);
        this.thread = new Thread(task, "background");
        thread.setDaemon(true);
    }

    static <T> Background<T> call(Callable<T> call) {
        Background<T> background = new Background<>(call);
        background.thread.start();
        return background;
    }

    void interrupt() {
        thread.interrupt();
    }

    Thread thread() {
        return thread;
    }

    /** What the call returned. */
    T get() throws Exception {
        return task.get(30, TimeUnit.SECONDS);
    }

    /** What the call threw; {@code null} if it returned. */
    @Nullable
    Throwable failure() throws InterruptedException {
        try {
            task.get(30, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("thread " + thread + " hangs", e);
        }
    }
}
