// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where resources and the threads that want them meet: who holds what, who waits, and what must be done next. Pure state
 * under one lock; user code is never called here but named as {@link Job}s, which are started after the lock is released.
 *
 * <h2>The bound</h2>
 * A permit of {@link #slots} is taken before a creation is planned and given back after that creation has failed or its
 * resource has been destroyed. There is no other way to a creation, so never more than {@code max} resources exist or
 * are being created.
 *
 * <h2>Waiting</h2>
 * Waiting is a fair Semaphore's: first come, first served, and nobody barges past the queue. It is built on a lock and a
 * condition for each waiter (the AbstractQueuedSynchronizer's, both) rather than on {@code Semaphore.tryAcquire},
 * because a waiter here is told <em>what</em> it got: a resource, the factory's failure, or the end of the pool; and
 * because its deadline is on the injected clock. Whoever settles a waiter takes it out of the queue first, under the
 * lock: it is settled once. A waiter that was given a resource and then leaves by interrupt hands it on, under the same
 * lock, before anybody can see it missing.
 *
 * <h2>Promises</h2>
 * A waiter waits for the queue, not for "its" creation: whatever comes free first, returned or made, goes to the eldest.
 * Creations and validations under way are {@link #promises}: they are counted against the waiters, so that no more are
 * started than are wanted. One that outlasts a waiter's whole wait no longer counts, or a single factory call that hangs
 * would keep every later lone waiter from a creation of its own.
 *
 * <p>Invariants, whenever the lock is free: a resource that could be lent at once is idle only if nobody waits; while
 * somebody waits there are as many promises as waiters, or there is no idle resource left to validate and no slot or
 * creator free; {@code created - destroyed} resources are {@link #live}.
 */
final class HandOver<T> {

    /** OPEN, then CLOSED (lends nothing, takes back), then DRAINED (empty), then TERMINATED (meters gone). */
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

    private static final long UPKEEP_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PoolSettings settings;
    private final long validateAfterNanos;

    private final Clock clock;
    private final Consumer<Job<T>> starter;

    /** One permit for each resource that may exist. Taken and given back under the lock, waited for by nobody. */
    private final Semaphore slots;

    private final ReentrantLock lock = new ReentrantLock();

    /** Of creations ended and phases reached: for those who wait for the pool rather than for a lease. */
    private final Condition changed = lock.newCondition();

    /** Filled under the lock, emptied after it by whoever released it: so everything planned is started. */
    private final Queue<Job<T>> planned = new ConcurrentLinkedQueue<>();

    /** The one used last is lent first: it is the least likely to have gone stale. */
    @GuardedBy("lock")
    private final ArrayDeque<Resource<T>> idle = new ArrayDeque<>();

    @GuardedBy("lock")
    private final Set<Waiter<T>> waiters = new LinkedHashSet<>();

    @GuardedBy("lock")
    private final Set<Job<T>> promises = new LinkedHashSet<>();

    /** Every resource that exists, by the identity of its object: no object is pooled twice. */
    @GuardedBy("lock")
    private final IdentityHashMap<T, Resource<T>> live = new IdentityHashMap<>();

    @GuardedBy("lock")
    private Phase phase = Phase.OPEN;

    @GuardedBy("lock")
    private int active;

    @GuardedBy("lock")
    private long grants;

    @GuardedBy("lock")
    private int creating;

    @GuardedBy("lock")
    private long created;

    @GuardedBy("lock")
    private long destroyed;

    @GuardedBy("lock")
    private long destroyFailures;

    @GuardedBy("lock")
    private long creationFailures;

    @GuardedBy("lock")
    private @Nullable Throwable lastFailure;

    /** After a failure, {@code min} is not restored before {@link #upkeepPausedUntil}; waiters do not wait for that. */
    @GuardedBy("lock")
    private boolean upkeepPaused;

    @GuardedBy("lock")
    private long upkeepPausedUntil;

    HandOver(PoolSettings settings, Clock clock, Consumer<Job<T>> starter) {
        this.settings = settings;
        this.validateAfterNanos = settings.validateAfterNanos();
        this.clock = clock;
        this.starter = starter;
        this.slots = new Semaphore(settings.max());
    }

    // ------------------------------------------------------------------------------------------------ borrowing

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

    /** Starts what a refused try would have needed, so that the next one may find it; nothing if it is under way. */
    void prime() {
        lock.lock();
        try {
            plan(waiters.size() + 1);
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
                    markHolders(now);
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

    // ------------------------------------------------------------------------------------------------ giving back

    /** Takes a lease's resource back; {@code false} if the lease held none any more. */
    boolean giveBack(Lease<T> lease, long now) {
        lock.lock();
        try {
            Resource<T> resource = lease.end();
            if (resource == null) {
                return false;
            }
            reclaim(resource);
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
            reclaim(resource);
            doom(resource, DestroyReason.INVALIDATED);
            return true;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    // ------------------------------------------------------------------------------------------------ jobs ended

    /** A creation succeeded; {@code false} if what it made is in the pool already, which counts as a failure. */
    boolean created(Job.Create<T> job, T object, long now) {
        lock.lock();
        try {
            if (live.containsKey(object)) {
                return false;
            }
            creating--;
            promises.remove(job);
            created++;
            lastFailure = null;
            upkeepPaused = false;
            Resource<T> resource = new Resource<>(object);
            live.put(object, resource);
            deliver(resource, now);
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
            boolean promised = endCreation(job, cause);
            if (promised) {
                failEldestWaiter(cause);
            }
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
            endCreation(job, cause);
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
            promises.remove(job);
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
            promises.remove(job);
            doom(job.resource, DestroyReason.INVALID);
            plan(waiters.size());
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** A resource is no more: its slot is free. */
    void destroyed(Resource<T> resource, @Nullable Throwable failure) {
        lock.lock();
        try {
            live.remove(resource.object);
            destroyed++;
            if (failure != null) {
                destroyFailures++;
            }
            slots.release();
            plan(waiters.size());
            drainedIfEmpty();
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    // ------------------------------------------------------------------------------------------------ the pool's life

    /** Starts the creations that {@code min} asks for. */
    void fill() {
        lock.lock();
        try {
            upkeepPaused = false;
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
            failuresBefore = creationFailures;
            upkeepPaused = false;
            plan(waiters.size());
        } finally {
            // Not in one hold with the wait below: what is planned must be started before anybody waits for it.
            lock.unlock();
            startPlanned();
        }
        lock.lock();
        try {
            while (phase == Phase.OPEN && live.size() < settings.min()) {
                if (creationFailures != failuresBefore || !deadline.await(lock, changed)) {
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
            promises.clear();
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
            return new PoolState(active, idle.size(), live.size(), creating, waiters.size(), lastFailure);
        } finally {
            lock.unlock();
        }
    }

    PoolReport report() {
        long now = clock.nanoTime();
        lock.lock();
        try {
            markHolders(now);
            List<PoolReport.HeldLease> leases = new ArrayList<>();
            int busy = 0;
            for (Resource<T> resource : live.values()) {
                if (resource.state == Resource.State.LEASED) {
                    Lease<T> lease = requireNonNull(resource.lease);
                    leases.add(new PoolReport.HeldLease(
                            lease.holder(), Duration.ofNanos(Math.max(0, now - lease.sinceNanos()))));
                } else if (resource.state != Resource.State.IDLE) {
                    busy++;
                }
            }
            leases.sort(Comparator.comparing(PoolReport.HeldLease::heldAtLeast).reversed());
            return new PoolReport(
                    settings.name(),
                    created,
                    destroyed,
                    destroyFailures,
                    idle.size(),
                    busy,
                    creating,
                    leases,
                    phase == Phase.TERMINATED);
        } finally {
            lock.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------ under the lock

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
        return settings.validates() && now - resource.idleSinceNanos >= validateAfterNanos;
    }

    @GuardedBy("lock")
    private void grant(Resource<T> resource, Lease<T> lease) {
        resource.state = Resource.State.LEASED;
        resource.lease = lease;
        active++;
        lease.begin(resource, (grants++ & SAMPLE_MASK) == 0);
    }

    @GuardedBy("lock")
    private void reclaim(Resource<T> resource) {
        resource.lease = null;
        active--;
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
            forgetEldestPromise();
        }
        plan(waiters.size());
    }

    /** A waiter leaves unasked, by interrupt: what it was given in the meantime goes to the next. */
    @GuardedBy("lock")
    private void withdraw(Waiter<T> waiter) {
        waiters.remove(waiter);
        Resource<T> resource = waiter.lease.end();
        if (resource != null) {
            reclaim(resource);
            deliver(resource, settings.validates() ? clock.nanoTime() : 0);
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
        while (promises.size() < demand) {
            Resource<T> stale = idle.pollLast();
            if (stale != null) {
                stale.state = Resource.State.VALIDATING;
                promise(new Job.Validate<>(stale));
            } else if (!planCreation()) {
                break;
            }
        }
        while (live.size() + creating < settings.min() && upkeepIsDue()) {
            if (!planCreation()) {
                break;
            }
        }
    }

    @GuardedBy("lock")
    private boolean planCreation() {
        if (creating >= settings.creators() || !slots.tryAcquire()) {
            return false;
        }
        creating++;
        promise(new Job.Create<>());
        return true;
    }

    @GuardedBy("lock")
    private void promise(Job<T> job) {
        promises.add(job);
        planned.add(job);
    }

    @GuardedBy("lock")
    private void forgetEldestPromise() {
        if (promises.size() > waiters.size()) {
            promises.remove(promises.iterator().next());
        }
    }

    @GuardedBy("lock")
    private boolean upkeepIsDue() {
        return !upkeepPaused || clock.nanoTime() - upkeepPausedUntil >= 0;
    }

    /** Returns whether the creation still counted for somebody. */
    @GuardedBy("lock")
    private boolean endCreation(Job.Create<T> job, Throwable cause) {
        creating--;
        slots.release();
        creationFailures++;
        lastFailure = cause;
        upkeepPaused = true;
        upkeepPausedUntil = clock.nanoTime() + UPKEEP_PAUSE_NANOS;
        changed.signalAll();
        return promises.remove(job);
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

    /** Gives the leases that nobody has timed yet a lower bound of how long they have been held. */
    @GuardedBy("lock")
    private void markHolders(long now) {
        for (Resource<T> resource : live.values()) {
            if (resource.lease != null) {
                resource.lease.heldSinceAtLatest(now);
            }
        }
    }

    @GuardedBy("lock")
    private void drainedIfEmpty() {
        if (phase == Phase.CLOSED && live.isEmpty() && creating == 0) {
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
