// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Code under test on a thread of its own, with its outcome. Every wait on it is bounded. */
public final class Running<T extends @Nullable Object> {

    /** Generous: reached only when a test is about to fail. */
    public static final Duration LIMIT = Duration.ofSeconds(20);

    /** A body without a result. */
    public interface Body {
        /** Runs it. */
        void run() throws Exception;
    }

    private final FutureTask<T> outcome;
    private final Thread thread;

    private Running(Callable<T> body) {
        outcome = new FutureTask<>(body);
        thread = new Thread(outcome, "under-test");
        thread.setDaemon(true);
        thread.start();
    }

    public static <T extends @Nullable Object> Running<T> call(Callable<T> body) {
        return new Running<>(body);
    }

    public static Running<@Nullable Object> run(Body body) {
        return new Running<>(() -> {
            body.run();
            return null;
        });
    }

    public Thread thread() {
        return thread;
    }

    public void interrupt() {
        thread.interrupt();
    }

    public boolean isDone() {
        return outcome.isDone();
    }

    /** Waits until the thread is parked, so that a test knows it has reached its wait. */
    public Running<T> awaitParked() {
        Awaitility.await().atMost(LIMIT).until(() -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false;
        });
        return this;
    }

    public T result() throws InterruptedException, ExecutionException, TimeoutException {
        return outcome.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** What the body threw. */
    public Throwable failure() throws InterruptedException, TimeoutException {
        try {
            Object result = outcome.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            throw new AssertionError("expected a failure, but got " + result);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return cause == null ? e : cause;
        }
    }
}
