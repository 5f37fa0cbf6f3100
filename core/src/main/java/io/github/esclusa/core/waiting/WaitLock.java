// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock whose conditions lose no waiter. The JDK's conditions move a waiter from one queue to another as they signal, and
 * may need memory or some depth of stack between the two (17 makes the head of the lock's queue then): an
 * {@link OutOfMemoryError} or {@link StackOverflowError} there leaves the waiter in neither, and nothing wakes it again.
 *
 * <p>Here a signal writes a flag under the lock, and whoever lets go of it then unparks the waiter, who finds it free. Neither
 * needs memory. Of several that have been told one goes at a time, and wakes the next as it leaves: they would only wait for
 * the lock, and whoever signals pays for one of them at most. Should the stack end before a waiter is unparked, it sleeps on,
 * and the next signal to its condition wakes it.
 *
 * <p>That is about the conditions. The lock is the JDK's, which is not safe against the end of a stack: one that ends inside
 * it may leave it locked, or have a wait return without it. There is no remedy for that outside the JDK.
 */
public final class WaitLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    /** Told, and to be unparked when the lock is let go: guarded by it. */
    transient @Nullable Waiter toWake;

    /** A lock that is free, and not fair. */
    public WaitLock() {}

    /** A thread that waits on a condition of this lock. What is not said to be otherwise is guarded by the lock. */
    static final class Waiter {

        final Thread thread = Thread.currentThread();

        @Nullable
        Waiter previous;

        @Nullable
        Waiter next;

        /** Written under the lock, read without it by the waiter. */
        volatile boolean told;

        /** Written by the waiter, perhaps without the lock: it has left with an error and could not take itself out. */
        volatile boolean gone;

        /** Whether it has been put into the chain of those to wake. */
        boolean isToWake;

        /** The next in that chain; of whoever lets go of the lock, from then on. */
        private @Nullable Waiter nextToWake;

        /** Set, without the lock, once it has been unparked. Read too soon, it is unparked twice. */
        private boolean unparked;

        /** Unparks it, unless that has been done: it is about to be, or the stack ended before it was. */
        void unparkIfLost() {
            if (!unparked) {
                unpark(this);
            }
        }
    }

    /**
     * A condition of this lock.
     *
     * @return one that nobody waits on
     */
    @Override
    public Condition newCondition() {
        return new WaitSet(this);
    }

    /** Needs no memory: one in use is waited for in small steps, if there is none to wait for it in line. */
    @Override
    public void lock() {
        try {
            super.lock();
        } catch (OutOfMemoryError e) {
            while (!tryLock()) {
                LockSupport.parkNanos(this, 1_000_000);
            }
        }
    }

    @Override
    public void unlock() {
        if (toWake == null || getHoldCount() != 1) { // who does not hold the lock is told so by the JDK's
            super.unlock();
            return;
        }
        Waiter first = toWake;
        toWake = null;
        super.unlock();
        for (Waiter waiter = first; waiter != null; ) {
            Waiter next = waiter.nextToWake; // no one else writes it: a waiter is put into a chain once
            waiter.nextToWake = null;
            unpark(waiter);
            waiter = next;
        }
    }

    /** A waiter that has been told, is the first to go and has not been unparked is so when the lock is let go. */
    void wake(Waiter told) {
        told.nextToWake = toWake;
        toWake = told;
        told.isToWake = true;
    }

    private static void unpark(Waiter waiter) {
        LockSupport.unpark(waiter.thread);
        waiter.unparked = true;
    }

    /** Lets go of the lock, however often it is held. */
    void letGo() {
        int holds = getHoldCount();
        for (int i = 0; i < holds; i++) {
            unlock();
        }
    }

    /** Takes the lock again. Whoever returns from a wait holds it, as its caller will give it back. */
    void takeBack(int holds) {
        while (getHoldCount() < holds) {
            lock();
        }
    }
}
