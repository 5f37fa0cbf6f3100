// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The meters of a gate, all tagged with its {@code name}; they are there from build until it has stopped or rolled back. */
public final class GateMetrics {

    /** What the names of all meters of a gate start with. */
    public static final String PREFIX = "esclusa.gate";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Gauge, 0 or 1, one for each value of {@link #STATE_TAG}: 1 for the state the gate is in. */
    public static final String STATE = PREFIX + ".state";

    /** Gauge, components: those that are not ready yet. */
    public static final String PENDING = PREFIX + ".pending";

    /** Time gauge, one for each value of {@link #COMPONENT_TAG}: how long it took to start, or has taken so far. */
    public static final String COMPONENT_STARTUP = PREFIX + ".component.startup";

    /** Timer, one for each value of {@link #OUTCOME_TAG}: how long the thread that starts, and others, waited at the gate. */
    public static final String WAIT = PREFIX + ".wait";

    /** Gauge, threads: those that wait at the gate, the one that starts it among them. */
    public static final String WAITING = PREFIX + ".waiting";

    /** The tag for a {@link GateState}, in lower case. */
    public static final String STATE_TAG = "state";

    /** The tag for a component's name. */
    public static final String COMPONENT_TAG = "component";

    /** The tag for how a wait ended: {@code ready}, {@code failed}, {@code stopped}, {@code timeout}, {@code interrupted}. */
    public static final String OUTCOME_TAG = "outcome";

    /** How a wait at the gate ended. */
    enum Outcome {
        READY,
        FAILED,
        STOPPED,
        TIMEOUT,
        INTERRUPTED;

        /** Of the thread that started the gate in vain. */
        static Outcome of(StartupFailed.Reason reason) {
            return switch (reason) {
                case COMPONENT_FAILED, BROKEN -> FAILED;
                case TIMED_OUT -> TIMEOUT;
                case INTERRUPTED -> INTERRUPTED;
                case STOPPED -> STOPPED;
            };
        }
    }

    private final MeterScope scope;
    private final Map<Outcome, Timer> waits = new EnumMap<>(Outcome.class);

    private GateMetrics(MeterScope scope) {
        this.scope = scope;
    }

    static GateMetrics open(Board board, @Nullable MeterRegistry registry) {
        GateMetrics metrics = new GateMetrics(MeterScope.open(PREFIX, "gate", board.name, registry));
        try {
            metrics.register(board);
        } catch (Throwable e) { // no memory, say: the name must be free again
            metrics.close();
            throw e;
        }
        return metrics;
    }

    private void register(Board board) {
        for (GateState state : GateState.values()) {
            scope.register((registry, tags) -> Gauge.builder(STATE, board, it -> it.state() == state ? 1 : 0)
                    .description("1 for the state the gate is in")
                    .tags(tags.and(STATE_TAG, lower(state)))
                    .strongReference(true)
                    .register(registry));
        }
        scope.register((registry, tags) -> Gauge.builder(PENDING, board, Board::pending)
                .description("Components that are not ready yet")
                .baseUnit("components")
                .tags(tags)
                .strongReference(true)
                .register(registry));
        scope.register((registry, tags) -> Gauge.builder(WAITING, board.waiting, AtomicInteger::get)
                .description("Threads that wait at the gate")
                .baseUnit("threads")
                .tags(tags)
                .strongReference(true)
                .register(registry));
        for (Slot<?> slot : board.plan.slots()) {
            scope.register((registry, tags) -> TimeGauge.builder(
                            COMPONENT_STARTUP, slot, TimeUnit.NANOSECONDS, board::startupNanos)
                    .description("How long the component took to start, or has taken so far")
                    .tags(tags.and(COMPONENT_TAG, slot.name))
                    .strongReference(true)
                    .register(registry));
        }
        for (Outcome outcome : Outcome.values()) {
            Timer timer = scope.register((registry, tags) -> Buckets.timer(WAIT)
                    .description("How long threads waited at the gate")
                    .tags(tags.and(OUTCOME_TAG, lower(outcome)))
                    .register(registry));
            if (timer != null) {
                waits.put(outcome, timer);
            }
        }
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
