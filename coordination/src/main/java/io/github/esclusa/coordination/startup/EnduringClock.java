// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.core.time.Clock;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The user's clock as long as it works. Once it has thrown it is left alone, and the machine's clock counts on from its
 * last reading: no transition stops half-way for want of the time, and every deadline still comes.
 */
final class EnduringClock implements Clock {

    /** What the clock threw, until somebody has told of it. */
    private final AtomicReference<@Nullable Throwable> untold = new AtomicReference<>();

    private final Clock clock;

    private volatile long lastNanos;

    /** What to add to the machine's clock; {@code null} while the user's works. Set once. */
    private final AtomicReference<@Nullable Long> offsetNanos = new AtomicReference<>();

    EnduringClock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public long nanoTime() {
        Long offset = offsetNanos.get();
        if (offset != null) {
            return System.nanoTime() + offset;
        }
        try {
            long now = clock.nanoTime();
            lastNanos = now;
            return now;
        } catch (Throwable e) {
            return System.nanoTime() + abandon(e);
        }
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as the contract asks.
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        if (offsetNanos.get() == null) {
            try {
                clock.awaitUntil(lock, condition, deadlineNanos);
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Throwable e) {
                abandon(e);
                return; // as if for no reason: the caller looks again
            }
        }
        if (condition.awaitNanos(deadlineNanos - nanoTime()) <= 0) {
            return; // The deadline has passed: the caller reads the clock to learn it.
        }
    }

    /** What the clock threw, to one caller only: for the log, once no lock is held. */
    @Nullable
    Throwable takeFailure() {
        return untold.getAndSet(null);
    }

    /** Two who find out at the same time settle on one offset, so that time goes on in one line. */
    private long abandon(Throwable cause) {
        Long offset = lastNanos - System.nanoTime();
        Long settled = offsetNanos.compareAndExchange(null, offset);
        if (settled == null) {
            untold.set(cause);
            return offset;
        }
        return settled;
    }
}
