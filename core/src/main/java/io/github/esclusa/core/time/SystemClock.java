// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The machine's own monotonic clock. */
enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as the contract asks.
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        if (condition.awaitNanos(deadlineNanos - System.nanoTime()) <= 0) {
            return; // The deadline has passed: the caller reads the clock to learn it.
        }
    }

    @Override
    public String toString() {
        return "Clock.system()";
    }
}
