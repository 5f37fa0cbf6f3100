// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The names of a pool's meters, and their recording. All carry the tag {@code name}. A registry or a meter that throws is
 * logged once and then left alone.
 */
public final class PoolMetrics {

    /** The family, the prefix of all names here. */
    public static final String PREFIX = "esclusa.pool";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Gauge, objects: resources that exist. */
    public static final String RESOURCES = "esclusa.pool.resources";

    /** Gauge, objects: resources on lease. */
    public static final String ACTIVE = "esclusa.pool.active";

    /** Gauge, objects: resources in the pool. */
    public static final String IDLE = "esclusa.pool.idle";

    /** Gauge, objects: the bound. */
    public static final String MAX = "esclusa.pool.max";

    /** Gauge, objects: what is kept in existence. */
    public static final String MIN = "esclusa.pool.min";

    /** Gauge, threads: those that wait for a lease. */
    public static final String PENDING = "esclusa.pool.pending";

    /**
     * Timer ({@code outcome} = success, timeout, interrupted, closed, rejected, factory_failed): how long an acquire
     * took. One that had not to wait is recorded as zero, without reading a clock.
     */
    public static final String ACQUIRE = "esclusa.pool.acquire";

    /** Timer: how long leases were held, of one lease in 64 on average. */
    public static final String USAGE = "esclusa.pool.usage";

    /** Timer ({@code outcome} = success, failed): the factory's creations. */
    public static final String CREATION = "esclusa.pool.creation";

    /** Timer: the factory's validations. */
    public static final String VALIDATION = "esclusa.pool.validation";

    /** Counter: leases closed that had been closed before. */
    public static final String STALE_RELEASE = "esclusa.pool.stale.release";

    /** Counter ({@code reason} = invalidated, invalid, closed): resources destroyed. */
    public static final String DESTROYED = "esclusa.pool.destroyed";

    private final MeterScope scope;

    private final Map<AcquireOutcome, Timer> acquires = new EnumMap<>(AcquireOutcome.class);
    private final Map<DestroyReason, LongAdder> destructions = new EnumMap<>(DestroyReason.class);
    private final LongAdder staleReleases = new LongAdder();
    private final @Nullable Timer usage;
    private final @Nullable Timer creationSuccess;
    private final @Nullable Timer creationFailed;
    private final @Nullable Timer validation;

    PoolMetrics(PoolSettings settings, @Nullable MeterRegistry registry, PoolLife<?> life) {
        this.scope = MeterScope.open(PREFIX, "pool", settings.name(), registry);
        gauge(RESOURCES, "Resources that exist", "objects", life, state -> state.state()
                .resources());
        gauge(ACTIVE, "Resources on lease", "objects", life, state -> state.state()
                .active());
        gauge(IDLE, "Resources in the pool", "objects", life, state -> state.state()
                .idle());
        gauge(PENDING, "Threads that wait for a lease", "threads", life, state -> state.state()
                .waiting());
        gauge(MAX, "Most resources that may exist", "objects", settings, PoolSettings::max);
        gauge(MIN, "Resources kept in existence", "objects", settings, PoolSettings::min);
        for (AcquireOutcome outcome : AcquireOutcome.values()) {
            Timer timer = timer(ACQUIRE, "How long an acquire took", "outcome", outcome.tag());
            if (timer != null) {
                acquires.put(outcome, timer);
            }
        }
        usage = timer(USAGE, "How long leases were held, one in 64");
        creationSuccess = timer(CREATION, "How long the factory's creations took", "outcome", "success");
        creationFailed = timer(CREATION, "How long the factory's creations took", "outcome", "failed");
        validation = timer(VALIDATION, "How long the factory's validations took");
        counter(STALE_RELEASE, "Leases closed that had been closed before", staleReleases);
        for (DestroyReason reason : DestroyReason.values()) {
            LongAdder count = new LongAdder();
            destructions.put(reason, count);
            counter(DESTROYED, "Resources destroyed", count, "reason", reason.tag());
        }
    }

    boolean timesUsage() {
        return scope.recording().reaches(usage);
    }

    void acquired(AcquireOutcome outcome, long nanos) {
        record(acquires.get(outcome), nanos);
    }

    void used(long nanos) {
        record(usage, nanos);
    }

    void created(long nanos) {
        record(creationSuccess, nanos);
    }

    void creationFailed(long nanos) {
        record(creationFailed, nanos);
    }

    void validated(long nanos) {
        record(validation, nanos);
    }

    void staleRelease() {
        staleReleases.increment();
    }

    void destroyed(DestroyReason reason) {
        LongAdder count = destructions.get(reason);
        if (count != null) {
            count.increment();
        }
    }

    /** Removes the meters. */
    void close() {
        scope.close();
    }

    private void record(@Nullable Timer timer, long nanos) {
        scope.recording().time(timer, nanos);
    }

    private <S> void gauge(String name, String description, String unit, S source, ToDoubleFunction<S> value) {
        scope.register((registry, tags) -> Gauge.builder(name, source, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    private void counter(String name, String description, LongAdder count, String... more) {
        scope.register((registry, tags) -> FunctionCounter.builder(name, count, LongAdder::sum)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    private @Nullable Timer timer(String name, String description, String... more) {
        return scope.register((registry, tags) -> Buckets.timer(name)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }
}
