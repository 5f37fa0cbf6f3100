// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of a barrier, all tagged with its {@code name}; they are there from build until it is closed. */
public final class BarrierMetrics {

    /** What the names of all meters of a barrier start with. */
    public static final String PREFIX = "esclusa.barrier";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Gauge, 0 or 1, one for each value of {@link #STATE_TAG}: 1 for the state the barrier is in. */
    public static final String STATE = PREFIX + ".state";

    /** Gauge, threads: the parties that are still to come before the rest may go on. */
    public static final String PENDING = PREFIX + ".pending";

    /** Gauge, threads: those that wait at the barrier. */
    public static final String WAITING = PREFIX + ".waiting";

    /** Timer, one for each value of {@link #OUTCOME_TAG}: how long threads were at the barrier, its action included. */
    public static final String WAIT = PREFIX + ".wait";

    /** The tag for a {@link BarrierState}, in lower case. */
    public static final String STATE_TAG = "state";

    /**
     * The tag for how a wait ended: {@code passed}; {@code timeout} or {@code interrupted} of the thread that this
     * happened to; {@code broken} of the others.
     */
    public static final String OUTCOME_TAG = "outcome";

    /** How a wait at the barrier ended. */
    enum Outcome {
        PASSED,
        TIMEOUT,
        INTERRUPTED,
        BROKEN
    }

    private final MeterScope scope;
    private final Map<Outcome, Timer> waits = new EnumMap<>(Outcome.class);

    BarrierMetrics(Generations generations, @Nullable MeterRegistry meters) {
        scope = MeterScope.open(PREFIX, "barrier", generations.name, meters);
        for (BarrierState state : BarrierState.values()) {
            scope.register((registry, tags) -> Gauge.builder(STATE, generations, it -> it.state() == state ? 1 : 0)
                    .description("1 for the state the barrier is in")
                    .tags(tags.and(STATE_TAG, lower(state)))
                    .strongReference(true)
                    .register(registry));
        }
        threads(PENDING, "Parties that are still to come", generations, Generations::pending);
        threads(WAITING, "Threads that wait at the barrier", generations, Generations::waiting);
        for (Outcome outcome : Outcome.values()) {
            Timer timer = scope.register((registry, tags) -> Buckets.timer(WAIT)
                    .description("How long threads were at the barrier")
                    .tags(tags.and(OUTCOME_TAG, lower(outcome)))
                    .register(registry));
            if (timer != null) {
                waits.put(outcome, timer);
            }
        }
    }

    private void threads(String name, String description, Generations of, ToDoubleFunction<Generations> count) {
        scope.register((registry, tags) -> Gauge.builder(name, of, count)
                .description(description)
                .baseUnit("threads")
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    void waited(Outcome outcome, long nanos) {
        scope.recording().time(waits.get(outcome), nanos);
    }

    void close() {
        scope.close();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
