// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.timer;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JDK's, told to forget what is cancelled, which it does not by default. Runs its tasks on the thread that keeps the time. */
record ExecutorTiming(ScheduledThreadPoolExecutor executor, Runnable task) implements Timing {

    static Timing start(Runnable task) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
        executor.setRemoveOnCancelPolicy(true);
        return new ExecutorTiming(executor, task);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // It is cancelled; what it comes to is of no interest.
    public Object timeOut() {
        return executor.schedule(task, LONG.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void cancel(Object timeOut) {
        ((Future<?>) timeOut).cancel(false);
    }

    @Override
    public void fire() {
        Future<?> unused = executor.schedule(task, SHORT.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
