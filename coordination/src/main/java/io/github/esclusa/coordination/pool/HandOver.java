// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Deadline;
import java.util.function.Consumer;

/**
 * Where resources and the threads that want them meet: what borrowers, givers and ended jobs do to a pool, each one step
 * under the one lock, which is the {@link PoolLife}'s. What a step comes to is decided by the {@link Allotment}; user code is
 * never called here but named as {@link Job}s, which are started after the lock is released.
 *
 * <p><b>Waiting</b> is a fair Semaphore's: first come, first served, and nobody barges past the queue. It is built on a
 * lock and a condition for each waiter rather than on {@code Semaphore.tryAcquire},
 * because a waiter here is told <em>what</em> it got: a resource, the factory's failure, or the end of the pool; and
 * because its deadline is on the injected clock. The bound itself is a Semaphore's, see {@link Supply}.
 */
final class HandOver<T> extends PoolLife<T> {

    /** How a try ended. */
    enum Attempt {
        LEASED,
        NONE,
        CLOSED
    }

    HandOver(PoolSettings settings, PoolTime time, Consumer<Job<T>> starter, Job.Maker<T> jobs) {
        super(settings, time, starter, jobs);
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
            ended(job);
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
            startPlannedAfter(job);
        }
    }

    /**
     * A creation failed: its slot is free, and the eldest waiter it was promised to is told why. Answers whether one was, or the
     * pool has been closed, which nobody need be told why.
     */
    boolean creationFailed(Job.Create<T> job, Throwable cause) {
        lock.lock();
        try {
            ended(job);
            boolean heard = !allotment.isOpen();
            if (allotment.supply.creationFailed(job, cause)) {
                heard |= allotment.failEldestWaiter(cause);
            }
            changed.signalAll();
            allotment.plan();
            allotment.drainedIfEmpty();
            return heard;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlannedAfter(job);
        }
    }

    /**
     * No thread could be had for a creation. All waiters are told: there would be none for the next creation either.
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
            startPlannedAfter(job);
        }
    }

    /** A validation ended well. */
    void validated(Job.Validate<T> job, long now) {
        lock.lock();
        try {
            ended(job);
            allotment.supply.validationEnded(job);
            job.resource.untouched = true;
            allotment.deliver(job.resource, now);
            allotment.plan();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlannedAfter(job);
        }
    }

    /** A validation failed: the resource is destroyed, and the next one tried meanwhile. */
    void invalid(Job.Validate<T> job) {
        lock.lock();
        try {
            ended(job);
            allotment.supply.validationEnded(job);
            allotment.doom(job.resource, DestroyReason.INVALID);
            allotment.plan();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlannedAfter(job);
        }
    }

    /** A resource is no more: its slot is free. */
    void destroyed(Resource<T> resource, Books.Destruction how) {
        lock.lock();
        try {
            ended(resource.destruction);
            allotment.books.strike(resource, how);
            allotment.supply.freeSlot();
            allotment.plan();
            allotment.drainedIfEmpty();
            changed.signalAll();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlannedAfter(resource.destruction);
        }
    }
}
