// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link ResourcePool}. Not for several threads; each {@code open} makes a pool of its own.
 *
 * @param <T> what the pool lends
 */
public final class ResourcePoolBuilder<T> {

    private static final int DEFAULT_MAX = 10;
    private static final int DEFAULT_CREATORS = 8;
    private static final Duration DEFAULT_ACQUIRE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DEFAULT_VALIDATE_AFTER_IDLE = Duration.ofMillis(500);

    private final String name;
    private int max = DEFAULT_MAX;
    private int min;
    private int creators = DEFAULT_CREATORS;
    private Duration acquireTimeout = DEFAULT_ACQUIRE_TIMEOUT;
    private Duration closeTimeout = DEFAULT_CLOSE_TIMEOUT;
    private Duration validateAfterIdle = DEFAULT_VALIDATE_AFTER_IDLE;

    private @Nullable ResourceFactory<T> factory;
    private @Nullable Callable<? extends T> creator;
    private ResourceFactory.@Nullable Validator<? super T> validator;
    private ResourceFactory.@Nullable Destroyer<? super T> destroyer;
    private Clock clock = Clock.system();
    private @Nullable MeterRegistry registry;
    private @Nullable Executor executor;
    private Job.Maker<T> jobs = new Job.Maker<>();

    ResourcePoolBuilder(String name) {
        this.name = requireNonNull(name, "the name of the pool is null");
        if (name.isBlank()) {
            throw new IllegalArgumentException("the pool's name is blank: give it one that says what it lends");
        }
    }

    /**
     * The factory as an object. Either this or {@link #create} with its companions.
     *
     * @param factory creates, validates and destroys
     * @return this builder
     */
    public ResourcePoolBuilder<T> factory(ResourceFactory<T> factory) {
        this.factory = given(factory, "pool", name, "factory");
        return this;
    }

    /**
     * How a resource is made; see {@link ResourceFactory#create}.
     *
     * @param creator makes a resource
     * @return this builder
     */
    public ResourcePoolBuilder<T> create(Callable<? extends T> creator) {
        this.creator = given(creator, "pool", name, "function given to create");
        return this;
    }

    /**
     * How a resource that lay idle is tested; see {@link ResourceFactory#isValid}. By default it is not.
     *
     * @param validator tests a resource
     * @return this builder
     */
    public ResourcePoolBuilder<T> validate(ResourceFactory.Validator<? super T> validator) {
        this.validator = given(validator, "pool", name, "function given to validate");
        return this;
    }

    /**
     * How a resource is ended; see {@link ResourceFactory#destroy}. By default an {@link AutoCloseable} is closed, and
     * anything else just forgotten.
     *
     * @param destroyer ends a resource
     * @return this builder
     */
    public ResourcePoolBuilder<T> destroy(ResourceFactory.Destroyer<? super T> destroyer) {
        this.destroyer = given(destroyer, "pool", name, "function given to destroy");
        return this;
    }

    /**
     * The bound: how many resources exist or are being created at most. By default {@value #DEFAULT_MAX}.
     *
     * @param resources at least 1
     * @return this builder
     */
    public ResourcePoolBuilder<T> max(int resources) {
        this.max = resources;
        return this;
    }

    /**
     * How many resources are kept in existence: created when the pool opens, and replaced when destroyed. If that fails
     * it is warned of in the log, and tried again, at most once a second, when something else happens in the pool; no thread is
     * kept for it. By default 0.
     *
     * @param resources between 0 and {@code max}
     * @return this builder
     */
    public ResourcePoolBuilder<T> min(int resources) {
        this.min = resources;
        return this;
    }

    /**
     * How many resources are created at a time, at most. By default {@value #DEFAULT_CREATORS}. It protects what the
     * factory connects to from a storm of attempts; the other side is that so many creations that hang keep the pool from
     * making any more, however large {@code max} is. So give connects a time limit, or raise this to {@code max}.
     *
     * @param creations at least 1
     * @return this builder
     */
    public ResourcePoolBuilder<T> creators(int creations) {
        this.creators = creations;
        return this;
    }

    /**
     * How long {@link ResourcePool#acquire()} waits. By default 10 seconds.
     *
     * @param timeout zero or more
     * @return this builder
     */
    public ResourcePoolBuilder<T> acquireTimeout(Duration timeout) {
        this.acquireTimeout = given(timeout, "pool", name, "acquireTimeout");
        return this;
    }

    /**
     * How long {@link ResourcePool#close()} waits for resources that are being destroyed. By default 10 seconds, on the
     * machine's clock.
     *
     * @param timeout zero or more; zero never waits
     * @return this builder
     */
    public ResourcePoolBuilder<T> closeTimeout(Duration timeout) {
        this.closeTimeout = given(timeout, "pool", name, "closeTimeout");
        return this;
    }

    /**
     * How long a resource must have been idle to be validated before it is lent. Zero: always when it was idle at all.
     * By default 500 milliseconds. Without a validator it has no effect. Callers that do not wait are less particular,
     * see {@link ResourcePool#tryAcquire}.
     *
     * @param idle zero or more
     * @return this builder
     */
    public ResourcePoolBuilder<T> validateAfterIdle(Duration idle) {
        this.validateAfterIdle = given(idle, "pool", name, "validateAfterIdle");
        return this;
    }

    /**
     * The clock that times waits and idleness. By default {@link Clock#system()}. What it throws reaches {@link #open} and
     * those who ask to wait; elsewhere its last reading counts.
     *
     * @param clock the clock
     * @return this builder
     */
    public ResourcePoolBuilder<T> clock(Clock clock) {
        this.clock = given(clock, "pool", name, "clock");
        return this;
    }

    /**
     * Where the pool's meters go; see {@link PoolMetrics}. By default nowhere.
     *
     * @param registry the registry; {@code null} for none
     * @return this builder
     */
    public ResourcePoolBuilder<T> meterRegistry(@Nullable MeterRegistry registry) {
        this.registry = registry;
        return this;
    }

    /**
     * What runs the factory, instead of threads of the pool's own: virtual threads, for example. It must run what it
     * accepts, and should have as many threads as the pool has resources, or a slow call holds up the others. The pool
     * does not shut it down.
     *
     * <p>It is called by whichever thread has just done something with the pool, one that acquires, closes a lease or ends
     * a factory call, and on that thread's time: for its own work, and for what another has left behind meanwhile. One
     * that blocks in {@code execute}, or runs its tasks in the caller's thread, makes that thread wait beyond its
     * deadline.
     *
     * <p>If it refuses by throwing: a creation's refusal is the cause that all waiting threads get; a resource to be
     * validated is destroyed; a destruction is done by the calling thread itself. If it runs the task nevertheless, before
     * or after, that is done once all the same.
     *
     * @param executor runs creations, validations and destructions
     * @return this builder
     */
    public ResourcePoolBuilder<T> executor(Executor executor) {
        this.executor = given(executor, "pool", name, "executor");
        return this;
    }

    /**
     * Opens the pool and starts creating {@code min} resources, without waiting for them.
     *
     * @return the pool
     * @throws IllegalArgumentException if a setting is out of range, or no factory or two were given
     * @throws IllegalStateException if a live pool of this name is in the meter registry
     */
    public ResourcePool<T> open() {
        ResourcePool<T> pool = assemble();
        pool.fill();
        return pool;
    }

    /** For tests: a system that has no more memory. */
    ResourcePoolBuilder<T> jobs(Job.Maker<T> maker) {
        this.jobs = maker;
        return this;
    }

    /**
     * Opens the pool and waits until {@code min} resources exist. If that fails, the pool is closed again.
     *
     * <p>With a {@code min} of 0 there is nothing to wait for, and whether the factory works would not be known.
     *
     * @param timeout how long to wait at most
     * @return the pool
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws ResourceCreationException if a resource could not be created, with the cause, or not in time
     * @throws IllegalArgumentException if a setting is out of range or {@code min} is 0, or no factory or two were given
     * @throws IllegalStateException if a live pool of this name is in the meter registry
     */
    public ResourcePool<T> openWarm(Duration timeout) throws InterruptedException {
        given(timeout, "pool", name, "timeout given to openWarm");
        if (min == 0) {
            throw new IllegalArgumentException("pool '" + name
                    + "': openWarm(..) creates min(0) resources, which is none: raise min(..), or use open()");
        }
        ResourcePool<T> pool = assemble();
        boolean warm = false;
        try {
            pool.warm(timeout);
            warm = true;
            return pool;
        } finally {
            if (!warm) {
                pool.close();
            }
        }
    }

    private ResourcePool<T> assemble() {
        PoolSettings settings = new PoolSettings(
                name, max, min, creators, acquireTimeout, closeTimeout, validation(), validateAfterIdle);
        ResourceFactory<T> resources = resources();
        return new ResourcePool<>(settings, resources, clock, executor, registry, jobs);
    }

    private PoolSettings.Validation validation() {
        return factory != null || validator != null
                ? PoolSettings.Validation.AFTER_IDLE
                : PoolSettings.Validation.NEVER;
    }

    private ResourceFactory<T> resources() {
        if (factory != null) {
            if (creator != null || validator != null || destroyer != null) {
                throw new IllegalArgumentException("pool '" + name
                        + "' was given factory(..) and also create(..), validate(..) or destroy(..): choose one form");
            }
            return factory;
        }
        if (creator == null) {
            throw new IllegalArgumentException(
                    "pool '" + name + "' was not told how to make its resources: give it create(..) or factory(..)");
        }
        return new LambdaFactory<>(creator, validator, destroyer);
    }
}
