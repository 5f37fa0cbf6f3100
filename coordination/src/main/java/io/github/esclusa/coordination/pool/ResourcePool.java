// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static io.github.esclusa.core.waiting.Given.given;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool: lends a resource to one holder at a time, and never lets more than {@code max} of them exist.
 *
 * <pre>{@code
 * ResourcePool<Connection> connections = ResourcePool.<Connection>builder("connections")
 *         .create(() -> DriverManager.getConnection(url))
 *         .validate(connection -> connection.isValid(1))
 *         .max(10)
 *         .open();
 *
 * try (Lease<Connection> lease = connections.acquire(Duration.ofSeconds(2))) {
 *     lease.get()...
 * }
 * }</pre>
 *
 * <p><b>Waiting.</b> Threads are served in the order in which they came; a newcomer never overtakes a waiting one. A
 * waiting thread gets whatever comes free first, a resource given back or one newly created. Resources are created,
 * validated and destroyed on the pool's own (daemon) threads, several at a time, so neither a slow factory nor a slow
 * validation can keep a thread beyond its deadline. The wait ends by a lease, at the deadline, by interrupt, by a failed
 * creation or by {@link #close}, whichever is first.
 *
 * <p><b>Failure to create</b> is told at once, to the thread that has waited longest, with the cause; the pool tries
 * anew for the next one. There is no hidden retry: whether to try again, and when, is the caller's decision.
 *
 * <p><b>Validation.</b> A resource that lay idle for {@code validateAfterIdle} or longer is validated before it is lent;
 * one that fails is destroyed and the next one tried, within the same deadline. One handed straight from holder to
 * holder, or newly created, is not validated.
 *
 * <p><b>Memory.</b> What the factory did to create a resource, and what a holder did before closing its lease,
 * happens-before what the next holder does after acquiring it.
 *
 * <p><b>Closing</b> is final. A pool that is never closed keeps its resources and meters, and no running thread.
 *
 * @param <T> what the pool lends
 */
public final class ResourcePool<T> implements AutoCloseable {

    private final PoolSettings settings;
    private final PoolTime time;
    final HandOver<T> handOver;
    private final PoolMetrics meters;
    private final PoolLog log;
    private final Workers<T> workers;

    ResourcePool(
            PoolSettings settings,
            ResourceFactory<T> factory,
            Clock clock,
            @Nullable Executor executor,
            @Nullable MeterRegistry registry,
            Job.Maker<T> jobs) {
        this.settings = settings;
        this.time = new PoolTime(clock);
        this.log = new PoolLog(settings.name(), clock);
        this.handOver = new HandOver<>(settings, time, this::start, jobs);
        this.meters = new PoolMetrics(settings, registry, handOver);
        this.workers = new Workers<>(handOver, factory, executor, settings.name(), time, meters, log);
    }

    /**
     * Starts the configuration of a pool.
     *
     * @param <T> what the pool lends
     * @param name the pool's name: it tags its meters, threads, log lines and exceptions
     * @return a builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> ResourcePoolBuilder<T> builder(String name) {
        return new ResourcePoolBuilder<>(name);
    }

    /**
     * The pool's name.
     *
     * @return the name
     */
    public String name() {
        return settings.name();
    }

    /**
     * Takes a lease, waiting for it as long as the pool's {@code acquireTimeout} says.
     *
     * @return the lease; close it
     * @throws InterruptedException if the thread is interrupted before or while it waits; it then holds nothing
     * @throws AcquireTimeoutException if none came in time
     * @throws PoolClosedException if the pool is closed, before or meanwhile
     * @throws ResourceCreationException if the factory failed for this thread
     */
    public Lease<T> acquire() throws InterruptedException {
        return acquire(settings.acquireTimeout());
    }

    /**
     * Takes a lease, waiting for it if need be.
     *
     * @param timeout how long to wait at most; zero or less: not at all
     * @return the lease; close it
     * @throws InterruptedException if the thread is interrupted before or while it waits; it then holds nothing
     * @throws AcquireTimeoutException if none came in time
     * @throws PoolClosedException if the pool is closed, before or meanwhile
     * @throws ResourceCreationException if the factory failed for this thread
     */
    public Lease<T> acquire(Duration timeout) throws InterruptedException {
        given(timeout, "pool", name(), "timeout given to acquire");
        if (Thread.interrupted()) {
            meters.acquired(AcquireOutcome.INTERRUPTED, 0);
            throw new InterruptedException("interrupted before acquiring from pool '" + name() + "'");
        }
        Lease<T> lease = new Lease<>(this, Thread.currentThread());
        long now = nowIfValidating();
        boolean mayWait = !timeout.isZero() && !timeout.isNegative();
        Allotment.Asking asking = mayWait ? Allotment.Asking.MAY_WAIT : Allotment.Asking.NOW_OR_NEVER;
        return switch (handOver.tryLend(lease, now, asking)) {
            case LEASED -> lentAtOnce(lease, now);
            case CLOSED -> {
                meters.acquired(AcquireOutcome.CLOSED, 0);
                throw closed();
            }
            case NONE -> await(lease, timeout);
        };
    }

    /**
     * Takes a lease if one can be had at once: if a resource is idle, needs no validation, and no thread waits for it.
     *
     * <p>A refusal sets in motion what would have helped (a creation, if there is room for it, or a validation), unless
     * that is under way, so that a later attempt may succeed. It counts on that as long as the pool's {@code
     * acquireTimeout}, or a second if that is longer: then a creation or validation that has not ended is given up for
     * late and another one started; and as long, a resource that nobody has had since it was created or validated needs
     * no validation here, however short {@code validateAfterIdle} is. The same holds for an {@link #acquire(Duration)}
     * that is not to wait.
     *
     * <p>Never blocks, unless the pool was given an {@link ResourcePoolBuilder#executor executor} that does, and takes no
     * notice of an interrupt.
     *
     * @return the lease, or empty
     * @throws PoolClosedException if the pool is closed
     */
    public Optional<Lease<T>> tryAcquire() {
        Lease<T> lease = new Lease<>(this, Thread.currentThread());
        Optional<Lease<T>> answer = Optional.of(lease); // what needs memory comes before the lease holds anything
        long now = nowIfValidating();
        return switch (handOver.lendOrPrime(lease, now)) {
            case LEASED -> {
                lentAtOnce(lease, now);
                yield answer;
            }
            case CLOSED -> {
                meters.acquired(AcquireOutcome.CLOSED, 0);
                throw closed();
            }
            case NONE -> {
                meters.acquired(AcquireOutcome.REJECTED, 0);
                yield Optional.empty();
            }
        };
    }

    /**
     * Waits until {@code min} resources exist, creating those that do not.
     *
     * @param timeout how long to wait at most
     * @throws InterruptedException if the thread is interrupted while it waits; the creations go on
     * @throws ResourceCreationException if a creation failed meanwhile, with the cause, or if they took too long
     * @throws PoolClosedException if the pool is closed, before or meanwhile
     */
    public void warm(Duration timeout) throws InterruptedException {
        given(timeout, "pool", name(), "timeout given to warm");
        PoolLife.Filling end = handOver.awaitFilled(time.after(timeout));
        switch (end.filled()) {
            case FILLED -> {}
            case CLOSED -> throw closed();
            case CREATION_FAILED -> throw notWarm(": a creation failed; ", end);
            case TIMED_OUT -> throw notWarm(" within " + timeout + ": ", end);
        }
    }

    private ResourceCreationException notWarm(String why, PoolLife.Filling end) {
        PoolState state = state();
        return new ResourceCreationException(
                name(),
                "pool '" + name() + "' could not be warmed to min(" + settings.min() + ")" + why + state.resources()
                        + " exist, " + state.creating() + " being created; see "
                        + (end.cause() == null ? "" : "the cause, and ") + "what the factory connects to",
                end.cause());
    }

    private PoolClosedException closed() {
        return new PoolClosedException(name(), handOver.failure());
    }

    /**
     * The pool's books at this moment: what exists, where it is, and which threads hold leases.
     *
     * @return a report; exact, and not a moment later any more
     */
    public PoolReport report() {
        return handOver.report();
    }

    /**
     * Closes the pool without waiting for leases. Every waiting thread gets {@link PoolClosedException} at once. Idle
     * resources are destroyed, those on lease when they are given back, and those being created when they are there. It
     * waits until what was idle has been destroyed, as long as the builder's {@code closeTimeout} says; if the calling thread
     * is interrupted it stops waiting and leaves the thread interrupted. If nothing is left then, the pool has terminated
     * when this returns: its meters are gone, and its name is free.
     *
     * <p>Further calls do nothing but wait for the same. Called by the factory, out of one of its methods, it does not wait.
     *
     * <p>What is on lease then is warned of in the log, and so are resources that have not been destroyed in time, with the
     * threads that are at it and where. To wait for the leases as well, or to learn what is left, call {@link #shutdown}
     * instead or afterwards. The meters of a pool that has closed itself, by an error of its own, go here in any case, and at the
     * deadline of {@link #shutdown}.
     */
    @Override
    public void close() {
        close(settings.closeTimeout());
    }

    void close(Duration limit) {
        boolean closes = !handOver.isClosed();
        List<Job<T>> destructions = handOver.close();
        try {
            handOver.markHolders();
        } finally {
            for (int i = 0; i < destructions.size(); i++) { // without an iterator, which takes memory
                workers.start(destructions.get(i));
            }
        }
        if (closes) {
            log.closedWithLeasesOut(this);
        }
        switch (handOver.awaitEndUnderWay(limit)) {
            case DESTRUCTIONS -> log.destructionsNotSeen(this, limit);
            case METERS -> log.endNotSeen(limit);
            case NOTHING -> {}
        }
        giveUpNameIfFailed();
    }

    /**
     * Closes the pool, as {@link #close} does, and waits until every lease has been given back and every resource destroyed.
     *
     * <p>A thread that holds a lease itself waits for that one too, in vain, as long as the timeout says, and finds its own name in
     * the report: close the lease first. The same holds for a call out of the factory. {@link #close} waits for neither.
     *
     * @param timeout how long to wait at most
     * @return the books at the end: {@link PoolReport#terminated} if nothing is left, else
     *     {@link PoolReport#stillLeased} names the threads that hold leases, whose resources are still destroyed on their
     *     return, and {@link PoolReport#inFactory} the threads that are in the factory.
     * @throws InterruptedException if the thread is interrupted while it waits; the pool is closed nevertheless
     */
    public PoolReport shutdown(Duration timeout) throws InterruptedException {
        given(timeout, "pool", name(), "timeout given to shutdown");
        List<Job<T>> destructions = handOver.close();
        Deadline deadline;
        try {
            handOver.markHolders();
            deadline = time.after(timeout); // a clock that throws finds the pool closed, and keeps nothing alive
        } finally {
            for (int i = 0; i < destructions.size(); i++) {
                workers.start(destructions.get(i));
            }
        }
        try {
            handOver.awaitTerminated(deadline);
        } finally {
            giveUpNameIfFailed();
        }
        return handOver.report();
    }

    /**
     * A failed step may have kept what it held, and with it the pool from terminating. Nobody waits for that: once the pool has
     * been closed by its user as well, and the time for it is up, another may take its name.
     */
    private void giveUpNameIfFailed() {
        if (handOver.failure() != null) {
            meters.close();
        }
    }

    PoolState state() {
        return handOver.state();
    }

    /** Starts the creations that {@code min} asks for, once. */
    void fill() {
        handOver.fill();
    }

    void giveBack(Lease<T> lease) {
        boolean timed = lease.isSampled() && meters.timesUsage();
        long now = timed || settings.validates() ? time.now() : 0;
        if (handOver.giveBack(lease, now)) {
            used(lease, timed, now);
        } else if (!lease.wasInvalidated()) {
            meters.staleRelease();
        }
    }

    void discard(Lease<T> lease) {
        boolean timed = lease.isSampled() && meters.timesUsage();
        long now = timed ? time.now() : 0;
        if (handOver.discard(lease)) {
            used(lease, timed, now);
        } else if (!lease.wasInvalidated()) {
            meters.staleRelease();
        }
    }

    private Lease<T> await(Lease<T> lease, Duration timeout) throws InterruptedException {
        long start = time.now();
        Deadline deadline = time.after(timeout);
        log.waits(this); // before it is in line: a log that blocks must hold up nobody else
        Waiter<T> waiter = handOver.join(lease, start);
        AcquireOutcome outcome;
        try {
            outcome = handOver.await(waiter, deadline);
        } catch (InterruptedException e) {
            meters.acquired(AcquireOutcome.INTERRUPTED, time.now() - start);
            throw e;
        }
        long end = time.now();
        if (outcome == AcquireOutcome.SUCCESS) {
            lease.heldSince(end);
        }
        meters.acquired(outcome, end - start);
        log.waited(outcome, end - start);
        return switch (outcome) {
            case SUCCESS -> lease;
            case CLOSED -> throw closed();
            case FACTORY_FAILED ->
                throw new ResourceCreationException(
                        name(),
                        "pool '" + name()
                                + "' could not create the resource this thread waited for; see the cause, and "
                                + "what the factory connects to",
                        waiter.failure);
            case TIMEOUT, INTERRUPTED, REJECTED ->
                throw new AcquireTimeoutException(name(), timeout, state(), settings.max());
        };
    }

    /** The clock is read here only for the one lease in 64 whose usage is timed. */
    private Lease<T> lentAtOnce(Lease<T> lease, long now) {
        if (settings.validates()) {
            lease.heldSince(now);
        } else if (lease.isSampled() && meters.timesUsage()) {
            lease.heldSince(time.now());
        }
        meters.acquired(AcquireOutcome.SUCCESS, 0);
        return lease;
    }

    private void used(Lease<T> lease, boolean timed, long now) {
        if (timed) {
            meters.used(now - lease.sinceNanos());
        }
    }

    private long nowIfValidating() {
        return settings.validates() ? time.now() : 0;
    }

    private void start(Job<T> job) {
        workers.start(job);
    }

    @Override
    public String toString() {
        return "ResourcePool(" + name() + (handOver.isClosed() ? ", closed" : "") + ", max " + settings.max() + ", "
                + report().restInWords() + ")";
    }
}
