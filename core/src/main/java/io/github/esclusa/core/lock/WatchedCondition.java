// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * A condition whose waits do not count as holding the lock: the hold is set aside on the waiting thread's own stack while
 * others take the lock, and goes on when the thread has it again.
 */
@SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as with any condition.
final class WatchedCondition implements Condition {

    private final Condition condition;
    private final InstrumentedLock lock;
    private final LockWatch watch;

    WatchedCondition(Condition condition, InstrumentedLock lock, LockWatch watch) {
        this.condition = condition;
        this.lock = lock;
        this.watch = watch;
    }

    @Override
    public void await() throws InterruptedException {
        LockWatch.Paused hold = pause();
        try {
            condition.await();
        } finally {
            watch.resume(hold);
        }
    }

    @Override
    public void awaitUninterruptibly() {
        LockWatch.Paused hold = pause();
        try {
            condition.awaitUninterruptibly();
        } finally {
            watch.resume(hold);
        }
    }

    @Override
    public long awaitNanos(long nanosTimeout) throws InterruptedException {
        LockWatch.Paused hold = pause();
        try {
            return condition.awaitNanos(nanosTimeout);
        } finally {
            watch.resume(hold);
        }
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        LockWatch.Paused hold = pause();
        try {
            return condition.await(time, unit);
        } finally {
            watch.resume(hold);
        }
    }

    @Override
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        LockWatch.Paused hold = pause();
        try {
            return condition.awaitUntil(deadline);
        } finally {
            watch.resume(hold);
        }
    }

    @Override
    public void signal() {
        condition.signal();
    }

    @Override
    public void signalAll() {
        condition.signalAll();
    }

    private LockWatch.Paused pause() {
        lock.requireHeld("wait on a condition of"); // Before the books are touched, which are the holder's.
        return watch.pause();
    }

    @Override
    public String toString() {
        return "Condition of " + lock;
    }
}
