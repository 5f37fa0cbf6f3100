// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait on a condition of a {@link WaitLock}, in the order in which they came. Each enters and leaves by itself,
 * under the lock:
 *
 * <pre>
 *   waiting ──told──▶ told ──first of those, unparked──▶ leaves, the lock held
 *      └──interrupt, time is up─┴────────────────────────▶ leaves, the lock held
 * </pre>
 *
 * <p>Telling is under the lock as well, so each waiter is either told or not when it has the lock back and looks. One that is
 * told and interrupted, in whichever order, has been told: it keeps its interrupt, and the signal is not lost.
 *
 * <p>One that an error has kept from leaving is <em>gone</em>: whoever next signals, or leaves, takes it out.
 */
@SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as with any condition.
final class WaitSet implements Condition {

    private static final long UNTIMED = Long.MAX_VALUE;

    private final WaitLock lock;

    /** This and {@link #last} are guarded by the lock: whoever calls holds it, which is looked at. */
    private WaitLock.@Nullable Waiter first;

    private WaitLock.@Nullable Waiter last;

    WaitSet(WaitLock lock) {
        this.lock = lock;
    }

    @Override
    public void signal() {
        requireLock();
        unparkLost();
        tellOne();
        wakeFirst();
    }

    @Override
    public void signalAll() {
        requireLock();
        unparkLost();
        for (WaitLock.Waiter waiter = first; waiter != null; waiter = waiter.next) {
            waiter.told = true;
        }
        wakeFirst();
    }

    /** Should the stack have ended before the first was unparked. */
    private void unparkLost() {
        if (first != null && first.told) {
            first.unparkIfLost();
        }
    }

    private void tellOne() {
        WaitLock.Waiter waiter = first;
        while (waiter != null && waiter.told) {
            waiter = waiter.next;
        }
        if (waiter != null) {
            waiter.told = true;
        }
    }

    /** Those who have been told stand before those who have not. The first goes, and wakes the next one as it leaves. */
    private void wakeFirst() {
        dropGone();
        if (first != null && first.told && !first.isToWake) {
            lock.wake(first);
        }
    }

    /** Takes out those in front who are gone. One that had been told has not made use of it: another is told instead. */
    private void dropGone() {
        while (first != null && first.gone) {
            boolean told = first.told;
            unlink(first);
            if (told) {
                tellOne();
            }
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
        requireLock();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        WaitLock.Waiter waiter = new WaitLock.Waiter();
        if (suspend(waiter, nanos, true)) {
            if (!waiter.told) {
                throw new InterruptedException();
            }
            waiter.thread.interrupt();
        }
    }

    @Override
    public void awaitUninterruptibly() {
        requireLock();
        WaitLock.Waiter waiter = new WaitLock.Waiter();
        if (suspend(waiter, UNTIMED, false)) {
            waiter.thread.interrupt();
        }
    }

    /**
     * Waits, and has the lock back; answers whether an interrupt was met, which is cleared. Taking the lock may fail, and the
     * stack end at any step: who stayed in the set for good would be in the way of all behind it.
     */
    private boolean suspend(WaitLock.Waiter waiter, long nanos, boolean interruptible) {
        int holds = lock.getHoldCount();
        boolean left = false;
        enter(waiter);
        try {
            try {
                lock.letGo();
                return sleep(waiter, nanos, interruptible);
            } finally {
                lock.takeBack(holds);
                leave(waiter);
                left = true;
            }
        } finally {
            if (!left) {
                waiter.gone = true; // a write needs neither stack nor lock
            }
        }
    }

    /** Until told, or late, or interrupted where that ends it. */
    private boolean sleep(WaitLock.Waiter waiter, long nanos, boolean interruptible) {
        boolean interrupted = false;
        long start = nanos == UNTIMED ? 0 : System.nanoTime();
        long left = nanos;
        while (!waiter.told && left > 0 && !(interrupted && interruptible)) {
            if (nanos == UNTIMED) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, left);
                left = nanos - (System.nanoTime() - start);
            }
            interrupted |= Thread.interrupted();
        }
        return interrupted;
    }

    private void enter(WaitLock.Waiter waiter) {
        waiter.previous = last;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
    }

    private void leave(WaitLock.Waiter waiter) {
        unlink(waiter);
        wakeFirst();
    }

    private void unlink(WaitLock.Waiter waiter) {
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
        waiter.previous = null; // or one that has grown old would keep all that came after it
        waiter.next = null;
    }

    private void requireLock() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("whoever signals or waits holds the lock of what it is about");
        }
    }
}
