// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one thread waits on under a lock that it holds once: as a condition of the lock's own, but waking it needs no
 * memory. The JDK's may need some to signal (17 makes the head of the lock's queue then), and where there is none its waiter
 * is in neither queue afterwards and sleeps for good.
 *
 * <p>Signals come under the lock, and so does the beginning of a wait: none falls between the waiter's last look and its
 * sleep. Made by the thread that is to wait.
 */
final class Wakeup implements Condition {

    private final ReentrantLock lock;
    private final Thread waiter = Thread.currentThread();

    /** Set under the lock, read without it by the waiter. */
    private volatile boolean signalled;

    Wakeup(ReentrantLock lock) {
        this.lock = lock;
    }

    @Override
    public void signal() {
        signalled = true;
        LockSupport.unpark(waiter);
    }

    @Override
    public void signalAll() {
        signal();
    }

    @Override
    public void await() throws InterruptedException {
        boolean interrupted = false;
        letGoOfLock();
        try {
            while (!signalled && !interrupted) {
                LockSupport.park(this);
                interrupted = !signalled && Thread.interrupted();
            }
        } finally {
            takeLockBack();
        }
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        boolean interrupted = false;
        letGoOfLock();
        try {
            while (!signalled && !interrupted && left > 0) {
                LockSupport.parkNanos(this, left);
                interrupted = !signalled && Thread.interrupted();
                left = deadline - System.nanoTime();
            }
        } finally {
            takeLockBack();
        }
        if (interrupted) {
            throw new InterruptedException();
        }
        return left;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as with any condition.
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return awaitNanos(unit.toNanos(time)) > 0;
    }

    @Override
    @SuppressWarnings({"WaitNotInLoop", "JavaUtilDate"}) // the same; and the type is the interface's
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return await(deadline.getTime() - System.currentTimeMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void awaitUninterruptibly() {
        boolean interrupted = false;
        letGoOfLock();
        try {
            while (!signalled) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        } finally {
            takeLockBack();
            if (interrupted) {
                waiter.interrupt();
            }
        }
    }

    private void letGoOfLock() {
        signalled = false;
        lock.unlock();
    }

    /** Whoever returns from a wait holds the lock, as its caller will give it back. A lock in use takes memory to wait for. */
    private void takeLockBack() {
        while (true) {
            try {
                lock.lock();
                return;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(this, 1_000_000); // rather late than without the lock
            }
        }
    }
}
