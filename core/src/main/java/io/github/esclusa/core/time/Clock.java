// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A source of elapsed time, and the one way to wait on it.
 *
 * <p>Components take their time from an injected clock, so that a test can move it by hand ({@link ManualClock}). A
 * clock measures elapsed time only: its readings are comparable with each other, wrap around like
 * {@link System#nanoTime()}, and say nothing of the time of day.
 */
public interface Clock {

    /**
     * The clock of the running machine, {@link System#nanoTime()}.
     *
     * @return the same clock at every call; never {@code null}
     */
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /**
     * Reads the clock.
     *
     * @return nanoseconds since an arbitrary origin; compare two readings by their difference, never by {@code <}
     */
    long nanoTime();

    /**
     * Waits on a condition until it is signalled, the thread is interrupted, or this clock has reached a reading.
     * Like {@link Condition#await()}, it may also return for no reason: call it in a loop that tests what is waited for.
     *
     * @param lock the lock that {@code condition} belongs to, held by the caller
     * @param condition the condition to wait on
     * @param deadlineNanos the reading of this clock at which to give up
     * @throws InterruptedException if the thread is interrupted before or while waiting; the lock is held again
     */
    void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException;
}
