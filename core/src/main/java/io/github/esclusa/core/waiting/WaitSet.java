// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a lock, with which a waiter cannot be lost. The JDK's moves a waiter from one queue to another as it
 * signals, and may need memory or some depth of stack between the two (17 makes the head of the lock's queue then): an
 * {@link OutOfMemoryError} or {@link StackOverflowError} there leaves the waiter in neither, and nothing wakes it again.
 *
 * <p>Here a waiter enters and leaves the set itself, and all the memory it takes it takes before it sleeps. A signal needs
 * none:
 *
 * <pre>
 *   waiting ──signal: told, then unparked──▶ leaves, the lock held
 *      └────interrupt, or time is up───────▶ leaves, the lock held
 * </pre>
 *
 * <p>Signals, entering and leaving are under the lock, so each waiter is either told or not when it looks whether it was.
 * One that is told and interrupted has been told: it keeps its interrupt and the signal is not lost. Should the stack end
 * between the telling and the unparking, the waiter sleeps on, and the next signal to the set wakes it as well.
 *
 * <p>Whoever waits holds the lock once. Waiters are woken in the order in which they came. As with any condition, a wait may
 * end for no reason.
 */
@SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as with any condition.
public final class WaitSet implements Condition {

    private static final long UNTIMED = Long.MAX_VALUE;

    private final ReentrantLock lock;

    /** This and {@link #last} are guarded by the lock: whoever calls holds it, which is looked at. */
    private @Nullable Waiter first;

    private @Nullable Waiter last;

    /** A thread in the set. Its links are guarded by the lock. */
    private static final class Waiter {

        final Thread thread = Thread.currentThread();

        @Nullable
        Waiter previous;

        @Nullable
        Waiter next;

        /** Written under the lock, read without it by the waiter. */
        volatile boolean told;

        /** Whether the thread has been unparked since it was told; guarded by the lock. */
        boolean unparked;
    }

    /**
     * A set that nobody waits in.
     *
     * @param lock the lock that guards what is waited for
     */
    public WaitSet(ReentrantLock lock) {
        this.lock = lock;
    }

    @Override
    public void signal() {
        requireLock();
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            boolean isNew = !waiter.told;
            wake(waiter);
            if (isNew) {
                return;
            }
        }
    }

    @Override
    public void signalAll() {
        requireLock();
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            wake(waiter);
        }
    }

    private static void wake(Waiter waiter) {
        waiter.told = true;
        if (!waiter.unparked) {
            LockSupport.unpark(waiter.thread);
            waiter.unparked = true;
        }
    }

    @Override
    public void await() throws InterruptedException {
        await(UNTIMED);
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        await(nanos);
        return nanos - (System.nanoTime() - start);
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return awaitNanos(unit.toNanos(time)) > 0;
    }

    @Override
    @SuppressWarnings("JavaUtilDate") // the interface's type
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return await(deadline.getTime() - System.currentTimeMillis(), TimeUnit.MILLISECONDS);
    }

    private void await(long nanos) throws InterruptedException {
        requireLockOnce();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Waiter waiter = new Waiter();
        enter(waiter);
        boolean interrupted = false;
        try {
            lock.unlock();
            interrupted = sleep(waiter, nanos);
        } finally {
            takeLockBack();
            leave(waiter);
        }
        if (interrupted) {
            if (!waiter.told) {
                throw new InterruptedException();
            }
            waiter.thread.interrupt();
        }
    }

    @Override
    public void awaitUninterruptibly() {
        requireLockOnce();
        Waiter waiter = new Waiter();
        enter(waiter);
        boolean interrupted = false;
        try {
            lock.unlock();
            while (!waiter.told) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        } finally {
            takeLockBack();
            leave(waiter);
            if (interrupted) {
                waiter.thread.interrupt();
            }
        }
    }

    /** Until told, interrupted or late; whether an interrupt was met, which is cleared. */
    private boolean sleep(Waiter waiter, long nanos) {
        long start = nanos == UNTIMED ? 0 : System.nanoTime();
        long left = nanos;
        while (!waiter.told && left > 0) {
            if (nanos == UNTIMED) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, left);
                left = nanos - (System.nanoTime() - start);
            }
            if (Thread.interrupted()) {
                return true;
            }
        }
        return false;
    }

    private void enter(Waiter waiter) {
        waiter.previous = last;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
    }

    private void leave(Waiter waiter) {
        if (waiter.previous == null) {
            first = waiter.next;
        } else {
            waiter.previous.next = waiter.next;
        }
        if (waiter.next == null) {
            last = waiter.previous;
        } else {
            waiter.next.previous = waiter.previous;
        }
    }

    /** Whoever returns from a wait holds the lock, as its caller will give it back. A lock in use takes memory to wait for. */
    private void takeLockBack() {
        while (!lock.isHeldByCurrentThread()) { // it is where letting go of it failed
            try {
                lock.lock();
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(this, 1_000_000); // rather late than without the lock
            }
        }
    }

    private void requireLock() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("a signal needs the lock of what it tells of");
        }
    }

    private void requireLockOnce() {
        if (lock.getHoldCount() != 1) {
            throw new IllegalMonitorStateException(
                    "a wait needs the lock, held once: it is held " + lock.getHoldCount() + " times");
        }
    }
}
