// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Code under test on a daemon thread of its own, with its outcome. Every wait on it is bounded. */
public final class Running<T> {

    /** Generous: reached only when a test is about to fail. */
    private static final long LIMIT_SECONDS = 30;

    private final FutureTask<T> outcome;
    private final Thread thread;

    private Running(Callable<T> body) {
        outcome = new FutureTask<>(body);
        thread = new Thread(outcome, "under-test");
        thread.setDaemon(true);
        thread.start();
    }

    public static <T> Running<T> call(Callable<T> body) {
        return new Running<>(body);
    }

    public Thread thread() {
        return thread;
    }

    /** Waits until the thread is parked, so that a test knows it has reached its wait. */
    public Running<T> awaitParked() {
        Awaitility.await().atMost(LIMIT_SECONDS, TimeUnit.SECONDS).until(() -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false;
        });
        return this;
    }

    public boolean isDone() {
        return outcome.isDone();
    }

    public T result() throws InterruptedException, ExecutionException, TimeoutException {
        return outcome.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** What the body threw. */
    public Throwable failure() throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("expected a failure, but got " + outcome.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }
}
