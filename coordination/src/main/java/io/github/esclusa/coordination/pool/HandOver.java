// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where resources and the threads that want them meet: who gets what, and what must be done next. Pure state under one
 * lock; user code is never called here but named as {@link Job}s, which are started after the lock is released.
 *
 * <p><b>Waiting</b> is a fair Semaphore's: first come, first served, and nobody barges past the queue. It is built on a
 * lock and a condition for each waiter (AbstractQueuedSynchronizer's, both) rather than on {@code Semaphore.tryAcquire},
 * because a waiter here is told <em>what</em> it got: a resource, the factory's failure, or the end of the pool; and
 * because its deadline is on the injected clock. The bound itself is a Semaphore's, see {@link Supply}.
 *
 * <p><b>Once.</b> Whoever settles a waiter takes it out of the queue first, under the lock. A waiter that was given a
 * resource and then leaves by interrupt hands it on in the same hold of the lock, before anybody can see it missing.
 *
 * <p><b>Invariants</b>, whenever the lock is free: a resource that could be lent at once is idle only if nobody waits;
 * while somebody waits there are as many promises as waiters, or no slot or creator is free; and as many validations
 * promised as waiters, or nothing is idle.
 *
 * <pre>
 *   OPEN ──close──► CLOSED ──nothing exists, nothing is being created──► DRAINED ──meters removed──► TERMINATED
 *   lends           takes back, destroys
 * </pre>
 */
final class HandOver<T> {

    private enum Phase {
        OPEN,
        CLOSED,
        DRAINED,
        TERMINATED
    }

    /** How a try ended. */
    enum Attempt {
        LEASED,
        NONE,
        CLOSED
    }

    /** One lease in 64 has its usage timed, the first among them. */
    private static final long SAMPLE_MASK = 63;

    private final int min;
    private final boolean validates;
    private final long validateAfterNanos;

    private final Clock clock;
    private final Consumer<Job<T>> starter;

    private final ReentrantLock lock = new ReentrantLock();

    /** Of creations ended and phases reached: for those who wait for the pool rather than for a lease. */
    private final Condition changed = lock.newCondition();

    /** Filled under the lock, emptied after it by whoever released it: so everything planned is started. */
    private final Queue<Job<T>> planned = new ConcurrentLinkedQueue<>();

    @GuardedBy("lock")
    private final Books<T> books;

    @GuardedBy("lock")
    private final Supply<T> supply;

    /** The one used last is lent first: it is the least likely to have gone stale. */
    @GuardedBy("lock")
    private final ArrayDeque<Resource<T>> idle = new ArrayDeque<>();

    /** In order of arrival; a set, because one that leaves early must not be searched for. */
    @GuardedBy("lock")
    private final Set<Waiter<T>> waiters = new LinkedHashSet<>();

    @GuardedBy("lock")
    private Phase phase = Phase.OPEN;

    @GuardedBy("lock")
    private long grants;

    HandOver(PoolSettings settings, Clock clock, Consumer<Job<T>> starter) {
        this.min = settings.min();
        this.validates = settings.validates();
        this.validateAfterNanos = settings.validateAfterNanos();
        this.clock = clock;
        this.starter = starter;
        this.books = new Books<>(settings.name());
        this.supply = new Supply<>(settings, clock);
    }

    // ---- borrowing

    /** Lends what is idle and fresh, unless somebody waits already; {@code now} counts only if the pool validates. */
    Attempt tryLend(Lease<T> lease, long now) {
        lock.lock();
        try {
            if (phase != Phase.OPEN) {
                return Attempt.CLOSED;
            }
            return lendIdle(lease, now) ? Attempt.LEASED : Attempt.NONE;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #tryLend}; a refusal starts what would have been needed, unless it is under way. */
    Attempt lendOrPrime(Lease<T> lease, long now) {
        lock.lock();
        try {
            if (phase != Phase.OPEN) {
                return Attempt.CLOSED;
            }
            if (lendIdle(lease, now)) {
                return Attempt.LEASED;
            }
            plan(waiters.size() + 1);
            return Attempt.NONE;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Queues for a lease; it may be settled already when this returns. */
    Waiter<T> join(Lease<T> lease, long now) {
        lock.lock();
        try {
            Waiter<T> waiter = new Waiter<>(lease, lock.newCondition());
            if (phase != Phase.OPEN) {
                waiter.settle(AcquireOutcome.CLOSED);
            } else if (lendIdle(lease, now)) {
                waiter.settle(AcquireOutcome.SUCCESS);
            } else {
                if (waiters.isEmpty()) {
                    books.markHolders(now);
                }
                waiters.add(waiter);
                plan(waiters.size());
            }
            return waiter;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Waits until the waiter is settled or the deadline has passed; then, and on interrupt, it is out of the queue. */
    AcquireOutcome await(Waiter<T> waiter, Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
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
            } catch (Throwable e) { // interrupted; or a clock of the user's own that throws
                withdraw(waiter);
                throw e;
            }
        } finally {
            lock.unlock();
            startPlanned();
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
            books.reclaimed(resource);
            deliver(resource, now);
            plan(waiters.size());
            return true;
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
            books.reclaimed(resource);
            doom(resource, DestroyReason.INVALIDATED);
            return true;
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
            if (books.knows(object)) {
                return false;
            }
            supply.creationSucceeded(job);
            deliver(books.enter(object), now);
            plan(waiters.size());
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A creation failed: its slot is free, and the eldest waiter it was promised to is told why. */
    void creationFailed(Job.Create<T> job, Throwable cause) {
        lock.lock();
        try {
            if (supply.creationFailed(job, cause)) {
                failEldestWaiter(cause);
            }
            changed.signalAll();
            plan(waiters.size());
            drainedIfEmpty();
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
            supply.creationFailed(job, cause);
            changed.signalAll();
            while (!waiters.isEmpty()) {
                failEldestWaiter(cause);
            }
            drainedIfEmpty();
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A validation ended well. */
    void validated(Job.Validate<T> job, long now) {
        lock.lock();
        try {
            supply.validationEnded(job);
            deliver(job.resource, now);
            plan(waiters.size());
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A validation failed: the resource is destroyed, and the next one tried meanwhile. */
    void invalid(Job.Validate<T> job) {
        lock.lock();
        try {
            supply.validationEnded(job);
            doom(job.resource, DestroyReason.INVALID);
            plan(waiters.size());
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A resource is no more: its slot is free. */
    void destroyed(Resource<T> resource, Books.Destruction how) {
        lock.lock();
        try {
            books.strike(resource, how);
            supply.freeSlot();
            plan(waiters.size());
            drainedIfEmpty();
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
            supply.resumeUpkeep();
            plan(waiters.size());
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Waits until {@code min} resources exist; {@code false} once a creation failed, the time is up or the pool closed. */
    boolean awaitFilled(Deadline deadline) throws InterruptedException {
        long failuresBefore;
        lock.lock();
        try {
            failuresBefore = supply.failures();
            supply.resumeUpkeep();
            plan(waiters.size());
        } finally {
            // Not in one hold with the wait below: what is planned must be started before anybody waits for it.
            lock.unlock();
            startPlanned();
        }
        lock.lock();
        try {
            while (phase == Phase.OPEN && books.existing() < min) {
                if (supply.failures() != failuresBefore || !deadline.await(lock, changed)) {
                    return false;
                }
            }
            return phase == Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }

    /** Closes: every waiter is told at once. Answers what is to be destroyed now; nothing if it was closed already. */
    List<Job<T>> close() {
        lock.lock();
        try {
            if (phase != Phase.OPEN) {
                return List.of();
            }
            phase = Phase.CLOSED;
            for (Waiter<T> waiter : waiters) {
                waiter.settle(AcquireOutcome.CLOSED);
            }
            waiters.clear();
            supply.forgetPromises();
            List<Job<T>> destructions = new ArrayList<>();
            for (Resource<T> resource : idle) {
                resource.state = Resource.State.DOOMED;
                destructions.add(new Job.Destroy<>(resource, DestroyReason.CLOSED));
            }
            idle.clear();
            changed.signalAll();
            drainedIfEmpty();
            return destructions;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** The last of the pool is gone, its meters included. */
    void terminated() {
        lock.lock();
        try {
            phase = Phase.TERMINATED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awaitTerminated(Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            while (phase != Phase.TERMINATED) {
                if (!deadline.await(lock, changed)) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return phase != Phase.OPEN;
        } finally {
            lock.unlock();
        }
    }

    PoolState state() {
        lock.lock();
        try {
            return new PoolState(
                    books.active(),
                    idle.size(),
                    books.existing(),
                    supply.creating(),
                    waiters.size(),
                    supply.lastFailure());
        } finally {
            lock.unlock();
        }
    }

    PoolReport report() {
        long now = clock.nanoTime();
        lock.lock();
        try {
            PoolReport.Life life =
                    switch (phase) {
                        case OPEN -> PoolReport.Life.OPEN;
                        case CLOSED, DRAINED -> PoolReport.Life.CLOSED;
                        case TERMINATED -> PoolReport.Life.TERMINATED;
                    };
            return books.report(now, supply.creating(), life);
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    @GuardedBy("lock")
    private boolean lendIdle(Lease<T> lease, long now) {
        // With somebody waiting, whatever is idle is stale, and promised to them.
        Resource<T> resource = waiters.isEmpty() ? idle.peekLast() : null;
        if (resource == null || isStale(resource, now)) {
            return false;
        }
        idle.pollLast();
        grant(resource, lease);
        return true;
    }

    private boolean isStale(Resource<T> resource, long now) {
        return validates && now - resource.idleSinceNanos >= validateAfterNanos;
    }

    @GuardedBy("lock")
    private void grant(Resource<T> resource, Lease<T> lease) {
        books.lent(resource, lease);
        lease.begin(resource, (grants++ & SAMPLE_MASK) == 0);
    }

    /** Gives a resource nobody has to the eldest waiter, else to the idle ones; or to its end, in a closed pool. */
    @GuardedBy("lock")
    private void deliver(Resource<T> resource, long now) {
        if (phase != Phase.OPEN) {
            doom(resource, DestroyReason.CLOSED);
            return;
        }
        Waiter<T> eldest = pollEldestWaiter();
        if (eldest != null) {
            grant(resource, eldest.lease);
            eldest.settle(AcquireOutcome.SUCCESS);
        } else {
            resource.state = Resource.State.IDLE;
            resource.idleSinceNanos = now;
            idle.addLast(resource);
        }
    }

    @GuardedBy("lock")
    private void doom(Resource<T> resource, DestroyReason reason) {
        resource.state = Resource.State.DOOMED;
        planned.add(new Job.Destroy<>(resource, reason));
    }

    /** A waiter leaves at its deadline, which came before anything else: it has been given nothing. */
    @GuardedBy("lock")
    private void timeOut(Waiter<T> waiter, boolean waited) {
        waiters.remove(waiter);
        waiter.settle(AcquireOutcome.TIMEOUT);
        if (waited) {
            supply.forgetEldestPromise(waiters.size());
        }
        plan(waiters.size());
    }

    /** A waiter leaves unasked, by interrupt: what it was given in the meantime goes to the next. */
    @GuardedBy("lock")
    private void withdraw(Waiter<T> waiter) {
        waiters.remove(waiter);
        Resource<T> resource = waiter.lease.end();
        if (resource != null) {
            books.reclaimed(resource);
            deliver(resource, validates ? clock.nanoTime() : 0);
        }
        plan(waiters.size());
    }

    /**
     * Plans as many validations and creations as are wanted and possible, and those that {@code min} asks for. Called
     * after everything that frees a slot, a creator or an idle resource, and after everything that raises the demand.
     */
    @GuardedBy("lock")
    private void plan(int demand) {
        if (phase != Phase.OPEN) {
            return;
        }
        // Whatever is idle here is stale. A creation under way is no reason to leave it lying: it may take far longer.
        while (supply.validationsPromised() < demand && !idle.isEmpty()) {
            Resource<T> stale = idle.removeLast();
            stale.state = Resource.State.VALIDATING;
            planned.add(supply.validate(stale));
        }
        while (supply.promised() < demand) {
            if (!planCreation()) {
                break;
            }
        }
        while (books.existing() + supply.creating() < min && supply.upkeepIsDue()) {
            if (!planCreation()) {
                break;
            }
        }
    }

    @GuardedBy("lock")
    private boolean planCreation() {
        Job.Create<T> creation = supply.tryCreate();
        return creation != null && planned.add(creation);
    }

    @GuardedBy("lock")
    private void failEldestWaiter(Throwable cause) {
        Waiter<T> eldest = pollEldestWaiter();
        if (eldest != null) {
            eldest.failure = cause;
            eldest.settle(AcquireOutcome.FACTORY_FAILED);
        }
    }

    @GuardedBy("lock")
    private @Nullable Waiter<T> pollEldestWaiter() {
        if (waiters.isEmpty()) {
            return null;
        }
        Waiter<T> eldest = waiters.iterator().next();
        waiters.remove(eldest);
        return eldest;
    }

    @GuardedBy("lock")
    private void drainedIfEmpty() {
        if (phase == Phase.CLOSED && books.existing() == 0 && supply.creating() == 0) {
            phase = Phase.DRAINED;
            planned.add(new Job.Terminate<>());
        }
    }

    private void startPlanned() {
        for (Job<T> job = planned.poll(); job != null; job = planned.poll()) {
            starter.accept(job);
        }
    }
}
