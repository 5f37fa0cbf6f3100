// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock with its watch: each way of taking it tries first, and reads the clock only if it has to wait; what a hold leaves
 * to be recorded is recorded after the release.
 */
final class WatchedLock {

    private final OwnedLock lock;
    private final LockWatch watch;
    private final LockMetrics meters;

    WatchedLock(
            OwnedLock lock,
            String name,
            long longHoldNanos,
            Clock clock,
            IntSupplier sampling,
            @Nullable MeterRegistry registry) {
        this.lock = lock;
        this.watch = new LockWatch(lock, clock, sampling);
        this.meters = new LockMetrics(name, longHoldNanos, lock, watch, registry);
    }

    LockWatch watch() {
        return watch;
    }

    void lock() {
        LockWatch.Wait wait = null;
        if (!lock.tryNow()) {
            wait = waitFor(() -> {
                lock.lock();
                return true;
            });
        }
        acquired(wait);
    }

    void lockInterruptibly() throws InterruptedException {
        requireNotInterrupted();
        LockWatch.Wait wait = null;
        if (!lock.tryNow()) {
            wait = waitFor(() -> {
                lock.lockInterruptibly();
                return true;
            });
        }
        acquired(wait);
    }

    boolean tryLock() {
        if (!lock.tryLock()) {
            return false;
        }
        acquired(null);
        return true;
    }

    boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        requireNotInterrupted();
        if (lock.tryNow()) {
            acquired(null);
            return true;
        }
        if (time <= 0) {
            watch.timeouts.increment();
            return false;
        }
        LockWatch.Wait wait = waitFor(() -> lock.tryLock(time, unit));
        if (wait == null) {
            watch.timeouts.increment();
            return false;
        }
        acquired(wait);
        return true;
    }

    /** A way to wait for the lock. */
    @FunctionalInterface
    private interface Way<E extends Exception> {
        /** Answers whether the calling thread has the lock. */
        boolean take() throws E;
    }

    /** Waits for the lock. Answers with the wait, still under way; {@code null} if it is over and the lock was not had. */
    private <E extends Exception> LockWatch.@Nullable Wait waitFor(Way<E> way) throws E {
        LockWatch.Wait wait = watch.arrive();
        boolean taken = false;
        try {
            meters.waits();
            taken = way.take();
        } finally {
            if (!taken) {
                meters.gaveUp(watch.leave(wait));
            }
        }
        return taken ? wait : null;
    }

    /** The caller holds it. */
    void unlock() {
        if (lock.getHoldCount() > 1) {
            lock.unlock();
            return;
        }
        LockWatch.Ended ended;
        try {
            ended = watch.releasing();
        } finally {
            lock.unlock();
        }
        if (ended != null) {
            meters.released(ended);
        }
    }

    /** Removes the meters. */
    void close() {
        meters.close();
    }

    /** The calling thread has just taken the lock once more; only the first time is of interest. */
    private void acquired(LockWatch.@Nullable Wait wait) {
        if (lock.getHoldCount() != 1) {
            return;
        }
        try {
            watch.acquired(wait);
        } catch (Throwable e) {
            // Our caller will see a failed acquire, and must not be left as the owner of a lock it does not know of.
            lock.unlock();
            if (wait != null) {
                watch.leave(wait);
            }
            throw e;
        }
    }

    private static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
