// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what, and what must be done next: what is idle, who waits, and the {@link Job}s that follow. Plain state,
 * guarded by the lock of the {@link HandOver} it belongs to.
 *
 * <p><b>Once.</b> Whoever settles a waiter takes it out of the queue first. A waiter that was given a resource and then
 * leaves by interrupt hands it on in the same hold of the lock, before anybody can see it missing.
 *
 * <p><b>Memory.</b> No step needs any, except for planning a creation or a validation, which takes it before it changes
 * anything. So an {@link OutOfMemoryError} leaves no resource and no slot half way: those who wait are told of it.
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
final class Allotment<T> {

    enum Phase {
        OPEN,
        CLOSED,
        DRAINED,
        TERMINATED
    }

    /** What becomes of a caller to whom nothing can be lent. */
    enum Asking {
        MAY_WAIT,
        NOW_OR_NEVER
    }

    /** Leases are timed at random distances below this: the first, then one in 64 on average, whatever rhythm they have. */
    private static final int SAMPLING_BOUND = 128;

    private final int min;
    private final boolean validates;
    private final long validateAfterNanos;
    private final long triesPatienceNanos;
    private final PoolTime time;

    final Books<T> books;
    final Supply<T> supply;

    /** What is to be started once the lock has been released. */
    private final Chain<Job<T>> planned;

    /** The one used last is lent first: it is the least likely to have gone stale. */
    private final Chain<Resource<T>> idle = new Chain<>();

    /** In order of arrival. */
    private final Chain<Waiter<T>> waiters = new Chain<>();

    private final Job.Terminate<T> termination = new Job.Terminate<>();

    private final Job.Maker<T> jobs;

    private Phase phase = Phase.OPEN;

    /** Why the pool has closed itself. */
    private @Nullable Throwable failure;

    /** In how many grants the next one is to be timed. */
    private int untilSample = 1;

    Allotment(PoolSettings settings, PoolTime time, Chain<Job<T>> planned, Job.Maker<T> jobs) {
        this.min = settings.min();
        this.validates = settings.validates();
        this.validateAfterNanos = settings.validateAfterNanos();
        this.triesPatienceNanos = settings.triesPatienceNanos();
        this.time = time;
        this.books = new Books<>(settings.name());
        this.planned = planned;
        this.jobs = jobs;
        this.supply = new Supply<>(settings, time, this::newCreation);
    }

    Phase phase() {
        return phase;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Whether {@code min} resources exist. */
    boolean isFilled() {
        return books.existing() >= min;
    }

    // ---- lending and taking back

    /** Lends what is idle and fresh, unless somebody waits already; {@code now} counts only if the pool validates. */
    boolean lendIdle(Lease<T> lease, long now, Asking asking) {
        // With somebody waiting, whatever is idle is stale, and promised to them.
        Resource<T> resource = waiters.isEmpty() ? idle.last() : null;
        if (resource == null) {
            return false;
        }
        if (!isStale(resource, now)) {
            idle.remove(resource.place);
            grant(resource, lease);
            return true;
        }
        return asking == Asking.NOW_OR_NEVER && lendUntouched(lease, now);
    }

    /**
     * Lends a resource that has gone stale since the factory made it or found it good. A caller that does not wait could
     * otherwise never have one that goes stale faster than it comes again.
     */
    private boolean lendUntouched(Lease<T> lease, long now) {
        for (Resource<T> resource = idle.last(); resource != null; resource = idle.before(resource.place)) {
            if (resource.untouched && now - resource.idleSinceNanos < triesPatienceNanos) {
                idle.remove(resource.place);
                grant(resource, lease);
                return true;
            }
        }
        return false;
    }

    /** Puts a waiter at the end of the queue. */
    void enqueue(Waiter<T> waiter, long now) {
        if (waiters.isEmpty()) {
            books.markHolders(now);
        }
        supply.forgetLatePromises();
        waiters.addLast(waiter.place);
        plan();
    }

    private boolean isStale(Resource<T> resource, long now) {
        return validates && now - resource.idleSinceNanos >= validateAfterNanos;
    }

    private void grant(Resource<T> resource, Lease<T> lease) {
        resource.untouched = false;
        books.lent(resource, lease);
        lease.begin(resource, isToBeTimed());
    }

    private boolean isToBeTimed() {
        untilSample--;
        if (untilSample > 0) {
            return false;
        }
        untilSample = ThreadLocalRandom.current().nextInt(1, SAMPLING_BOUND);
        return true;
    }

    /** Gives a resource nobody has to the eldest waiter, else to the idle ones; or to its end, in a closed pool. */
    void deliver(Resource<T> resource, long now) {
        if (phase != Phase.OPEN) {
            doom(resource, DestroyReason.CLOSED);
            return;
        }
        Waiter<T> eldest = waiters.pollFirst();
        if (eldest != null) {
            grant(resource, eldest.lease);
            eldest.settle(AcquireOutcome.SUCCESS);
        } else {
            resource.state = Resource.State.IDLE;
            resource.idleSinceNanos = now;
            idle.addLast(resource.place);
        }
    }

    void doom(Resource<T> resource, DestroyReason reason) {
        books.doomed(resource);
        resource.destruction.reason = reason;
        planned.addLast(resource.destruction.planned);
    }

    /** A waiter leaves at its deadline, which came before anything else: it has been given nothing. */
    void timeOut(Waiter<T> waiter, boolean waited) {
        waiters.remove(waiter.place);
        waiter.settle(AcquireOutcome.TIMEOUT);
        if (waited) {
            supply.forgetEldestPromise(waiters.size());
        }
        plan();
    }

    /** A waiter leaves unasked, by interrupt: what it was given in the meantime goes to the next. */
    void withdraw(Waiter<T> waiter) {
        if (waiters.remove(waiter.place)) {
            supply.forgetEldestPromise(waiters.size());
        }
        Resource<T> resource = waiter.lease.end();
        if (resource != null) {
            books.reclaimed(resource);
            deliver(resource, validates ? time.now() : 0);
        }
        plan();
    }

    // ---- planning

    /** All the memory that a creation takes, up to the moment when its resource is lent. */
    private Job.Create<T> newCreation() {
        books.reserve(books.existing() + supply.creating() + 1);
        return jobs.create();
    }

    void plan() {
        planFor(0);
    }

    /** Plans as for one waiter more than there are. */
    void planForOneMore() {
        supply.forgetLatePromises();
        planFor(1);
    }

    /** Without memory to plan with, waiting would be in vain: all waiters are told, as when no thread can be had. */
    private void planFor(int more) {
        if (phase != Phase.OPEN) {
            return;
        }
        try {
            plan(waiters.size() + more);
        } catch (OutOfMemoryError e) {
            supply.failed(e);
            failWaiters(e);
        }
    }

    /**
     * Plans as many validations and creations as are wanted and possible, and those that {@code min} asks for. Called
     * after everything that frees a slot, a creator or an idle resource, and after everything that raises the demand.
     */
    private void plan(int demand) {
        // Whatever is idle here is stale. A creation under way is no reason to leave it lying: it may take far longer.
        boolean possible = true;
        while (possible && supply.validationsPromised() < demand) {
            possible = planValidation();
        }
        possible = true;
        while (possible && supply.promised() < demand) {
            possible = planCreation();
        }
        while (possible && books.existing() + supply.creating() < min && supply.upkeepIsDue()) {
            possible = planCreation();
        }
    }

    private boolean planValidation() {
        Resource<T> stale = idle.last();
        if (stale == null) {
            return false;
        }
        Job.Validate<T> validation = jobs.validate(stale);
        idle.remove(stale.place);
        stale.state = Resource.State.VALIDATING;
        supply.validate(validation);
        planned.addLast(validation.planned);
        return true;
    }

    private boolean planCreation() {
        Job.Create<T> creation = supply.tryCreate();
        if (creation == null) {
            return false;
        }
        planned.addLast(creation.planned);
        return true;
    }

    void failWaiters(Throwable cause) {
        while (!waiters.isEmpty()) {
            failEldestWaiter(cause);
        }
    }

    /** Answers whether there was one. */
    @CanIgnoreReturnValue
    boolean failEldestWaiter(Throwable cause) {
        Waiter<T> eldest = waiters.pollFirst();
        if (eldest == null) {
            return false;
        }
        eldest.failure = cause;
        eldest.settle(AcquireOutcome.FACTORY_FAILED);
        return true;
    }

    void drainedIfEmpty() {
        if (phase == Phase.CLOSED && books.existing() == 0 && supply.creating() == 0) {
            phase = Phase.DRAINED;
            planned.addLast(termination.planned);
        }
    }

    // ---- the end

    /** Every waiter is told at once. Answers what is to be destroyed now. */
    List<Job<T>> open2closed() {
        List<Job<T>> destructions = new ArrayList<>(idle.size());
        endLending();
        for (Resource<T> resource = idle.pollFirst(); resource != null; resource = idle.pollFirst()) {
            books.doomed(resource);
            destructions.add(resource.destruction);
        }
        drainedIfEmpty();
        return destructions;
    }

    /** The same in the middle of a step that has thrown, with whatever is left: what that step held is lost. */
    void open2failed(Throwable cause) {
        failure = cause;
        endLending();
        for (Resource<T> resource = idle.pollFirst(); resource != null; resource = idle.pollFirst()) {
            doom(resource, DestroyReason.CLOSED);
        }
        drainedIfEmpty();
    }

    private void endLending() {
        phase = Phase.CLOSED;
        for (Waiter<T> waiter = waiters.pollFirst(); waiter != null; waiter = waiters.pollFirst()) {
            waiter.settle(AcquireOutcome.CLOSED);
        }
        supply.forgetPromises();
    }

    void drained2terminated() {
        phase = Phase.TERMINATED;
    }

    // ---- what is to be seen

    PoolState state() {
        return new PoolState(
                books.active(), idle.size(), books.existing(), supply.creating(), waiters.size(), supply.lastFailure());
    }

    PoolReport report(long now) {
        PoolReport.Life life =
                switch (phase) {
                    case OPEN -> PoolReport.Life.OPEN;
                    case CLOSED, DRAINED -> failure == null ? PoolReport.Life.CLOSED : PoolReport.Life.FAILED;
                    case TERMINATED -> PoolReport.Life.TERMINATED;
                };
        return books.report(now, supply.creating(), life, failure);
    }
}
