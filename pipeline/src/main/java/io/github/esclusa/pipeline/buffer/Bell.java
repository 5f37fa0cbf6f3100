// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Wakes threads that wait for something to become true, wherever the data for it lies; nearly free to ring while nobody
 * waits.
 *
 * <p>The idea is the <em>event count</em> (Reed and Kanodia, 1979). A waiter says that it is about to wait
 * ({@link #arm}), looks once more, and only then waits; a ringer changes the data and then looks for waiters. Both the
 * count of waiters and the data are volatile or guarded by locks, so the four steps have one order that all agree on:
 * either the ringer sees the waiter, or the waiter's second look sees the data. A ring between the second look and the
 * wait changes the epoch that the waiter took when it armed, and it does not wait.
 *
 * <p>A ring wakes one waiter. Whoever wakes looks at everything, and rings again if it leaves work behind.
 */
public final class Bell {

    private final Clock clock;

    private final AtomicInteger waiters = new AtomicInteger();
    private final WaitLock lock = new WaitLock();
    private final Condition rung = lock.newCondition();

    @GuardedBy("lock")
    private long epoch;

    /**
     * A bell nobody waits for yet.
     *
     * @param clock the clock of the waiters' deadlines
     */
    public Bell(Clock clock) {
        this.clock = clock;
    }

    /** Wakes one waiter, if there is one. Call it after what the waiter waits for has become visible. */
    public void ring() {
        if (waiters.get() > 0) {
            lock.lock();
            try {
                epoch++;
                rung.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Wakes every waiter. */
    public void ringAll() {
        lock.lock();
        try {
            epoch++;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Announces that the calling thread is about to wait. It must look once more at what it waits for, then call
     * {@link #await}, and {@link #disarm} in any case.
     *
     * @return the epoch to wait in
     */
    public long arm() {
        waiters.incrementAndGet();
        lock.lock();
        try {
            return epoch;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the bell rings; returns at once if it has rung since {@link #arm}.
     *
     * @param armedIn what {@link #arm} returned
     * @param deadlineNanos the reading of the clock at which to give up; {@code null} for never
     * @throws InterruptedException if the thread is interrupted
     */
    public void await(long armedIn, @Nullable Long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            while (epoch == armedIn) {
                if (deadlineNanos == null) {
                    rung.await();
                } else if (deadlineNanos - clock.nanoTime() <= 0) {
                    return;
                } else {
                    clock.awaitUntil(lock, rung, deadlineNanos);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends what {@link #arm} began. */
    public void disarm() {
        waiters.decrementAndGet();
    }

    /**
     * How many threads wait, or are about to.
     *
     * @return their number
     */
    public int waiters() {
        return waiters.get();
    }
}
