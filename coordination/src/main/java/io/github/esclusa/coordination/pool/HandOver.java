// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where resources and the threads that want them meet: every event of a pool, each one step under the one lock. What a
 * step comes to is decided by the {@link Allotment}; user code is never called here but named as {@link Job}s, which are
 * started after the lock is released.
 *
 * <p><b>Waiting</b> is a fair Semaphore's: first come, first served, and nobody barges past the queue. It is built on a
 * lock and a condition for each waiter rather than on {@code Semaphore.tryAcquire},
 * because a waiter here is told <em>what</em> it got: a resource, the factory's failure, or the end of the pool; and
 * because its deadline is on the injected clock. The bound itself is a Semaphore's, see {@link Supply}.
 */
final class HandOver<T> {

    /** How a try ended. */
    enum Attempt {
        LEASED,
        NONE,
        CLOSED
    }

    private final PoolTime time;
    private final Consumer<Job<T>> starter;

    private final WaitLock lock = new WaitLock();

    /** Of creations ended and phases reached: for those who wait for the pool rather than for a lease. */
    private final Condition changed = lock.newCondition();

    /** Filled under the lock, emptied after it by whoever released it: so everything planned is started. */
    private final Chain<Job<T>> planned = new Chain<>();

    @GuardedBy("lock")
    private final Allotment<T> allotment;

    /** The thread on which the end of the empty pool has begun. */
    @GuardedBy("lock")
    private @Nullable Thread terminator;

    HandOver(PoolSettings settings, PoolTime time, Consumer<Job<T>> starter, Job.Maker<T> jobs) {
        this.time = time;
        this.starter = starter;
        this.allotment = new Allotment<>(settings, time, planned, jobs);
    }

    // ---- borrowing

    /** Lends what is idle and fresh, unless somebody waits already; {@code now} counts only if the pool validates. */
    Attempt tryLend(Lease<T> lease, long now, Allotment.Asking asking) {
        lock.lock();
        try {
            if (!allotment.isOpen()) {
                return Attempt.CLOSED;
            }
            return allotment.lendIdle(lease, now, asking) ? Attempt.LEASED : Attempt.NONE;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** As {@link #tryLend}, now or never; a refusal starts what would have been needed, unless it is under way. */
    Attempt lendOrPrime(Lease<T> lease, long now) {
        lock.lock();
        try {
            if (!allotment.isOpen()) {
                return Attempt.CLOSED;
            }
            if (allotment.lendIdle(lease, now, Allotment.Asking.NOW_OR_NEVER)) {
                return Attempt.LEASED;
            }
            allotment.planForOneMore();
            return Attempt.NONE;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Queues for a lease; it may be settled already when this returns. */
    Waiter<T> join(Lease<T> lease, long now) {
        Waiter<T> waiter = new Waiter<>(lease, lock.newCondition());
        lock.lock();
        try {
            if (!allotment.isOpen()) {
                waiter.settle(AcquireOutcome.CLOSED);
            } else if (allotment.lendIdle(lease, now, Allotment.Asking.MAY_WAIT)) {
                waiter.settle(AcquireOutcome.SUCCESS);
            } else {
                allotment.enqueue(waiter, now);
            }
            return waiter;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Waits until the waiter is settled or the deadline has passed; then, and on interrupt, it is out of the queue. */
    AcquireOutcome await(Waiter<T> waiter, Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            boolean waited = false;
            while (waiter.outcome == null) {
                if (deadline.await(lock, waiter.settled)) {
                    waited = true;
                } else {
                    timeOut(waiter, waited);
                }
            }
            return waiter.outcome;
        } catch (Throwable e) { // interrupted; no memory to wait; or a clock of the user's own that throws
            withdraw(waiter);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    @GuardedBy("lock")
    private void timeOut(Waiter<T> waiter, boolean waited) {
        try {
            allotment.timeOut(waiter, waited);
        } catch (Throwable e) {
            fail(e);
            throw e;
        }
    }

    @GuardedBy("lock")
    private void withdraw(Waiter<T> waiter) {
        try {
            allotment.withdraw(waiter);
        } catch (Throwable e) {
            fail(e);
            throw e;
        }
    }

    // ---- giving back

    /** Takes a lease's resource back; {@code false} if the lease held none any more. */
    boolean giveBack(Lease<T> lease, long now) {
        lock.lock();
        try {
            Resource<T> resource = lease.end();
            if (resource == null) {
                return false;
            }
            allotment.books.reclaimed(resource);
            allotment.deliver(resource, now);
            allotment.plan();
            return true;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Takes a lease's resource out of the pool; {@code false} if the lease held none any more. */
    boolean discard(Lease<T> lease) {
        lock.lock();
        try {
            Resource<T> resource = lease.end();
            if (resource == null) {
                return false;
            }
            lease.markInvalidated();
            allotment.books.reclaimed(resource);
            allotment.doom(resource, DestroyReason.INVALIDATED);
            return true;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    // ---- jobs ended

    /** A creation succeeded; {@code false} if what it made is in the pool already, which counts as a failure. */
    boolean created(Job.Create<T> job, T object, long now) {
        lock.lock();
        try {
            if (allotment.books.knows(object)) {
                return false;
            }
            allotment.books.enter(job.resource, object);
            allotment.supply.creationSucceeded(job);
            allotment.deliver(job.resource, now);
            allotment.plan();
            changed.signalAll();
            return true;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A creation failed: its slot is free, and the eldest waiter it was promised to is told why. */
    void creationFailed(Job.Create<T> job, Throwable cause) {
        lock.lock();
        try {
            if (allotment.supply.creationFailed(job, cause)) {
                allotment.failEldestWaiter(cause);
            }
            changed.signalAll();
            allotment.plan();
            allotment.drainedIfEmpty();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /**
     * No thread could be had for a creation. All waiters are told: there would be none for the next creation either, and
     * to try it for each of them in turn would only nest as deep as the queue is long.
     */
    void creationRefused(Job.Create<T> job, Throwable cause) {
        lock.lock();
        try {
            allotment.supply.creationFailed(job, cause);
            changed.signalAll();
            allotment.failWaiters(cause);
            allotment.drainedIfEmpty();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A validation ended well. */
    void validated(Job.Validate<T> job, long now) {
        lock.lock();
        try {
            allotment.supply.validationEnded(job);
            job.resource.untouched = true;
            allotment.deliver(job.resource, now);
            allotment.plan();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A validation failed: the resource is destroyed, and the next one tried meanwhile. */
    void invalid(Job.Validate<T> job) {
        lock.lock();
        try {
            allotment.supply.validationEnded(job);
            allotment.doom(job.resource, DestroyReason.INVALID);
            allotment.plan();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A resource is no more: its slot is free. */
    void destroyed(Resource<T> resource, Books.Destruction how) {
        lock.lock();
        try {
            allotment.books.strike(resource, how);
            allotment.supply.freeSlot();
            allotment.plan();
            allotment.drainedIfEmpty();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    // ---- the pool's life

    /** Starts the creations that {@code min} asks for. */
    void fill() {
        lock.lock();
        try {
            allotment.supply.resumeUpkeep();
            allotment.plan();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** How the wait for {@code min} resources ended, and what the latest creation that failed meanwhile failed with. */
    record Filling(Filled filled, @Nullable Throwable cause) {}

    enum Filled {
        FILLED,
        CREATION_FAILED,
        TIMED_OUT,
        CLOSED
    }

    /** Waits until {@code min} resources exist. */
    Filling awaitFilled(Deadline deadline) throws InterruptedException {
        long failuresBefore = failuresBeforeFilling();
        lock.lock();
        try {
            while (allotment.isOpen() && !allotment.isFilled()) {
                if (allotment.supply.failures() != failuresBefore) {
                    return new Filling(Filled.CREATION_FAILED, allotment.supply.latestFailure());
                }
                if (!deadline.await(lock, changed)) {
                    return new Filling(Filled.TIMED_OUT, allotment.supply.lastFailure());
                }
            }
            return new Filling(allotment.isOpen() ? Filled.FILLED : Filled.CLOSED, null);
        } finally {
            lock.unlock();
        }
    }

    /** Not in one hold with the wait: what is planned must be started before anybody waits for it. */
    private long failuresBeforeFilling() {
        lock.lock();
        try {
            long failures = allotment.supply.failures();
            allotment.supply.resumeUpkeep();
            allotment.plan();
            return failures;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Closes: every waiter is told at once. Answers what is to be destroyed now; nothing if it was closed already. */
    List<Job<T>> close() {
        lock.lock();
        try {
            if (!allotment.isOpen()) {
                return List.of();
            }
            List<Job<T>> destructions = allotment.open2closed();
            changed.signalAll();
            return destructions;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /**
     * Times the leases that nobody has timed yet, from now on at the latest. For a closed pool: none is granted any more
     * then, so that all of them were held when the clock was read.
     */
    void markHolders() {
        long now = time.now();
        lock.lock();
        try {
            allotment.books.markHolders(now);
        } finally {
            lock.unlock();
        }
    }

    /** The pool is empty, and its end begins on this thread. */
    void terminating() {
        lock.lock();
        try {
            terminator = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** The last of the pool is gone, its meters included. */
    void terminated() {
        lock.lock();
        try {
            allotment.drained2terminated();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awaitTerminated(Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            while (allotment.phase() != Allotment.Phase.TERMINATED) {
                if (!deadline.await(lock, changed)) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the end of an empty pool that another thread has begun or is about to begin: whoever released the lock
     * with that job planned. An interrupt ends the wait and is kept. That other thread is in the meter registry, which is
     * foreign code and may never let it go: {@code false} if it has not within the patience, which is on the machine's
     * clock, since the user's may stand still or throw.
     */
    boolean awaitEndUnderWay(Duration patience) {
        lock.lock();
        try {
            if (endsElsewhere()) {
                Deadline deadline = Deadline.after(patience, Clock.system());
                while (endsElsewhere()) {
                    if (!deadline.await(lock, changed)) {
                        return false;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return true;
    }

    @GuardedBy("lock")
    private boolean endsElsewhere() {
        return allotment.phase() == Allotment.Phase.DRAINED && terminator != Thread.currentThread();
    }

    boolean isClosed() {
        lock.lock();
        try {
            return !allotment.isOpen();
        } finally {
            lock.unlock();
        }
    }

    /** Why the pool has closed itself; {@code null} if it has not. */
    @Nullable
    Throwable failure() {
        lock.lock();
        try {
            return allotment.failure();
        } finally {
            lock.unlock();
        }
    }

    PoolState state() {
        lock.lock();
        try {
            return allotment.state();
        } finally {
            lock.unlock();
        }
    }

    PoolReport report() {
        long now = time.now();
        lock.lock();
        try {
            return allotment.report(now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A step has thrown what none should, with its work half done: an error of the JVM's (its stack was at an end), or a
     * defect. Nobody may wait for what is lost by it, so the pool is closed, and says why.
     */
    @GuardedBy("lock")
    private void fail(Throwable cause) {
        if (allotment.isOpen()) {
            allotment.open2failed(cause);
            changed.signalAll();
        }
    }

    /**
     * Called after each release of the lock. The look without it is enough: a thread sees what it has planned itself, unless
     * another has taken that since, to start it.
     */
    private void startPlanned() {
        while (!planned.isEmpty()) {
            Job<T> job = pollPlanned();
            if (job != null) {
                starter.accept(job);
            }
        }
    }

    /** One at a time: a job that its starter is long in starting keeps no other from being started by another thread. */
    private @Nullable Job<T> pollPlanned() {
        lock.lock();
        try {
            return planned.pollFirst();
        } finally {
            lock.unlock();
        }
    }
}
