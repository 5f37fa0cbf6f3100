// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A condition whose waits do not count as holding the lock: the hold is set aside on the waiting thread's own stack while
 * others take the lock, and goes on when the thread has it again. Taking it again keeps to the order of locks.
 */
@SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as with any condition.
final class InstrumentedCondition implements Condition {

    private final Condition condition;
    private final InstrumentedLock lock;
    private final @Nullable LockWatch watch;
    private final @Nullable Discipline discipline;

    InstrumentedCondition(
            Condition condition, InstrumentedLock lock, @Nullable LockWatch watch, @Nullable Discipline discipline) {
        this.condition = condition;
        this.lock = lock;
        this.watch = watch;
        this.discipline = discipline;
    }

    @Override
    public void await() throws InterruptedException {
        LockWatch.@Nullable Paused hold = pause();
        try {
            condition.await();
        } finally {
            resume(hold);
        }
    }

    @Override
    public void awaitUninterruptibly() {
        LockWatch.@Nullable Paused hold = pause();
        try {
            condition.awaitUninterruptibly();
        } finally {
            resume(hold);
        }
    }

    @Override
    public long awaitNanos(long nanosTimeout) throws InterruptedException {
        LockWatch.@Nullable Paused hold = pause();
        try {
            return condition.awaitNanos(nanosTimeout);
        } finally {
            resume(hold);
        }
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        LockWatch.@Nullable Paused hold = pause();
        try {
            return condition.await(time, unit);
        } finally {
            resume(hold);
        }
    }

    @Override
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        LockWatch.@Nullable Paused hold = pause();
        try {
            return condition.awaitUntil(deadline);
        } finally {
            resume(hold);
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

    private LockWatch.@Nullable Paused pause() {
        lock.requireHeld("wait on a condition of"); // Before the books are touched, which are the holder's.
        if (discipline != null) {
            discipline.beforeAwait();
        }
        return watch == null ? null : watch.pause();
    }

    private void resume(LockWatch.@Nullable Paused hold) {
        if (watch != null && hold != null) {
            watch.resume(hold);
        }
    }

    @Override
    public String toString() {
        return "Condition of " + lock;
    }
}
