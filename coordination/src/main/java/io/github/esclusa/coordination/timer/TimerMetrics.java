// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The names of the meters of {@link Timers}, each tagged with {@code name}, and their one recording point. */
public final class TimerMetrics {

    /** The prefix of all names here. */
    public static final String PREFIX = "esclusa.timer";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Gauge, tasks: timers that hold a place below {@code maxPending}. */
    public static final String SCHEDULED = "esclusa.timer.scheduled";

    /** Timer: how late callbacks begin, waiting for the executor included. */
    public static final String LAG = "esclusa.timer.lag";

    /** Timer: how long callbacks run. */
    public static final String EXECUTION = "esclusa.timer.execution";

    /** Counter: callbacks begun, one for each run of a periodic timer. */
    public static final String FIRED = "esclusa.timer.fired";

    /** Counter: timers settled as cancelled. */
    public static final String CANCELLED = "esclusa.timer.cancelled";

    /** Counter: timers refused because too many were pending, and runs refused by the executor. */
    public static final String REJECTED = "esclusa.timer.rejected";

    /** Counter: points of fixed rates that came while the run before was still waiting or under way. */
    public static final String OVERRUN = "esclusa.timer.overrun";

    /** Counter: callbacks that threw. */
    public static final String FAILED = "esclusa.timer.failed";

    private final MeterScope scope;
    private final @Nullable Timer lag;
    private final @Nullable Timer execution;

    TimerMetrics(MeterScope scope, TimerLedger ledger) {
        this.scope = scope;
        this.lag = timer(LAG, "How late callbacks begin");
        this.execution = timer(EXECUTION, "How long callbacks run");
        scope.register((registry, tags) -> Gauge.builder(SCHEDULED, ledger, TimerLedger::places)
                .description("Timers that are pending")
                .baseUnit("tasks")
                .tags(tags)
                .strongReference(true)
                .register(registry));
        counter(FIRED, "Callbacks begun", ledger, tally -> tally.runs);
        counter(CANCELLED, "Timers cancelled", ledger, tally -> tally.cancelled);
        counter(
                REJECTED,
                "Timers refused as too many, and runs the executor refused",
                ledger,
                tally -> tally.refused + tally.rejectedRuns);
        counter(OVERRUN, "Periods that began before the run of the last had ended", ledger, tally -> tally.overruns);
        counter(FAILED, "Callbacks that threw", ledger, tally -> tally.failedRuns);
    }

    void begun(long lagNanos) {
        scope.recording().time(lag, lagNanos);
    }

    void ended(long executionNanos) {
        scope.recording().time(execution, executionNanos);
    }

    void close() {
        scope.close();
    }

    private @Nullable Timer timer(String name, String description) {
        return scope.register((registry, tags) ->
                Buckets.timer(name).description(description).tags(tags).register(registry));
    }

    private void counter(String name, String description, TimerLedger ledger, ToLongFunction<TimerTally> count) {
        scope.register((registry, tags) -> FunctionCounter.builder(name, ledger, counted -> counted.count(count))
                .description(description)
                .tags(tags)
                .register(registry));
    }
}
