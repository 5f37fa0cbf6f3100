// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An executor whose tasks the test runs by hand, on the test's thread, when it chooses. */
final class HandExecutor implements Executor {

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Waits for a task, and takes it without running it. */
    Runnable take() throws InterruptedException {
        Runnable task = tasks.poll(20, TimeUnit.SECONDS);
        assertThat(task).as("a timer handed to the executor").isNotNull();
        return task;
    }

    /** Waits for a task and runs it. */
    void runNext() throws InterruptedException {
        take().run();
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }
}
