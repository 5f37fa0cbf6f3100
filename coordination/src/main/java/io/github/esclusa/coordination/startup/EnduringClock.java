// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.core.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The user's clock as long as it works. Once it has thrown it is left alone, and the machine's clock counts on from its
 * last reading: no transition stops half-way for want of the time, and every deadline still comes.
 *
 * <p>Threads that wait on the user's clock at that moment are woken, or they would wait for a deadline that it may never
 * tell of. A wait is entered before it is decided which clock to wait on, and the decision is made before those entered
 * are looked up: whichever comes first, the wait is on the machine's clock or is woken. The signal cannot come too soon
 * either: it needs the lock, which one who is entered holds until it waits.
 *
 * <p>All waits on one such clock are under the one lock of its owner. So whoever finds that the clock has failed holds
 * that lock or none of ours, and taking it then adds no order that the owner's methods, which all take it, do not have.
 */
final class EnduringClock implements Clock {

    /** A thread that waits, and what wakes it. Not a record: two that wait on one condition are two. */
    private static final class Wait {

        private final Lock lock;
        private final Condition condition;

        Wait(Lock lock, Condition condition) {
            this.lock = lock;
            this.condition = condition;
        }

        void wake() {
            lock.lock();
            try {
                condition.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** What the clock threw, until somebody has told of it. */
    private final AtomicReference<@Nullable Throwable> untold = new AtomicReference<>();

    private final Clock clock;

    private volatile long lastNanos;

    /** What to add to the machine's clock; {@code null} while the user's works. Set once. */
    private final AtomicReference<@Nullable Long> offsetNanos = new AtomicReference<>();

    /** Those on the user's clock. */
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    EnduringClock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public long nanoTime() {
        Long offset = offsetNanos.get();
        if (offset != null) {
            return machinesNanos(offset);
        }
        try {
            long now = clock.nanoTime();
            lastNanos = now;
            return now;
        } catch (Throwable e) {
            return machinesNanos(abandon(e));
        }
    }

    /** The offset comes first and the machine's reading second, or time would run backwards. */
    private static long machinesNanos(long offset) {
        return System.nanoTime() + offset;
    }

    @Override
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        Wait wait = new Wait(lock, condition);
        waits.add(wait);
        try {
            awaitEntered(wait, deadlineNanos);
        } finally {
            waits.remove(wait);
        }
    }

    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as the contract asks.
    private void awaitEntered(Wait wait, long deadlineNanos) throws InterruptedException {
        if (offsetNanos.get() == null) {
            try {
                clock.awaitUntil(wait.lock, wait.condition, deadlineNanos);
                return;
            } catch (InterruptedException | OutOfMemoryError e) { // no memory to wait with says nothing of the clock
                throw e;
            } catch (Throwable e) {
                abandon(e);
                return; // as if for no reason: the caller looks again
            }
        }
        if (wait.condition.awaitNanos(deadlineNanos - nanoTime()) <= 0) {
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
            waits.forEach(Wait::wake);
            return offset;
        }
        return settled;
    }
}
