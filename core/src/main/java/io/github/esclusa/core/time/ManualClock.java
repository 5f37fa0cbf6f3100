// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A clock that stands still until it is moved: for tests of anything that waits.
 *
 * <p>{@link #advance} wakes every waiter whose moment has come. A waiter registers before it looks at the time once
 * more, and {@code advance} moves the time before it looks for waiters: whichever comes first, the other sees it, so no
 * wake-up is lost. {@link #awaitWaiters} lets a test wait, without sleeping, until the threads it wants to wake are
 * there.
 */
public final class ManualClock implements Clock {

    private record Waiter(Lock lock, Condition condition, long deadlineNanos) {}

    private final WaitLock lock = new WaitLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final List<Waiter> waiters = new ArrayList<>();

    /** Written under {@link #lock}, read without it. */
    private volatile long now;

    /** A clock that stands at zero. */
    public ManualClock() {
        this(0);
    }

    /**
     * A clock that stands at a chosen reading: near {@link Long#MAX_VALUE}, it shows what breaks when a clock wraps.
     *
     * @param startNanos the first reading
     */
    public ManualClock(long startNanos) {
        this.now = startNanos;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    /**
     * Moves the clock forward and wakes every waiter whose deadline has been reached.
     *
     * @param by how far; not negative
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("a clock does not run backwards: advance(" + by + ")");
        }
        List<Waiter> due = new ArrayList<>();
        lock.lock();
        try {
            long moved = now + Deadline.nanosOf(by);
            now = moved;
            for (Waiter waiter : waiters) {
                if (waiter.deadlineNanos() - moved <= 0) {
                    due.add(waiter);
                }
            }
            // From here on they wait for nothing but their lock, and are not to be mistaken for new waiters.
            waiters.removeAll(due);
        } finally {
            lock.unlock();
        }
        // Outside our own lock: a waiter registers while it holds its lock, so taking it here under ours could
        // deadlock.
        for (Waiter waiter : due) {
            waiter.lock().lock();
            try {
                waiter.condition().signalAll();
            } finally {
                waiter.lock().unlock();
            }
        }
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as the contract asks.
    public void awaitUntil(Lock itsLock, Condition condition, long deadlineNanos) throws InterruptedException {
        Waiter waiter = new Waiter(itsLock, condition, deadlineNanos);
        if (!register(waiter)) {
            return;
        }
        try {
            condition.await();
        } finally {
            unregister(waiter);
        }
    }

    /**
     * How many threads wait on this clock for a deadline that has not come.
     *
     * @return the number of waiters
     */
    public int waiters() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits, in real time, until at least so many threads wait on this clock.
     *
     * @param count how many waiters to wait for
     * @param timeout how long to wait for them, in real time
     * @throws InterruptedException if the calling thread is interrupted
     * @throws AssertionError if they have not come in time
     */
    public void awaitWaiters(int count, Duration timeout) throws InterruptedException {
        long nanos = Deadline.nanosOf(timeout);
        lock.lock();
        try {
            while (waiters.size() < count) {
                if (nanos <= 0) {
                    throw new AssertionError("waited " + timeout + " for " + count + " waiters on the clock, found "
                            + waiters.size() + ": is the component under test given this clock?");
                }
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean register(Waiter waiter) {
        lock.lock();
        try {
            if (waiter.deadlineNanos() - now <= 0) {
                return false;
            }
            waiters.add(waiter);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void unregister(Waiter waiter) {
        lock.lock();
        try {
            waiters.remove(waiter); // or its equal twin; gone already if its moment has come
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "ManualClock(" + now + " ns)";
    }
}
