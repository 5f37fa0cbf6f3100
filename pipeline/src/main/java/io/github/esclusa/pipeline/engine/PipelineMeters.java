// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.metrics.Recording;
import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A pipeline's meters, registered once and removed before the report is given out. A meter that throws disturbs nothing. */
final class PipelineMeters {

    private final MeterScope scope;
    private final boolean watched;
    private final Recording recording;
    private final @Nullable Timer sojourn;
    private final @Nullable Counter listenerFailed;

    private PipelineMeters(MeterScope scope, boolean watched) {
        this.scope = scope;
        this.watched = watched;
        this.recording = scope.recording();
        this.sojourn = scope.register((registry, tags) -> Buckets.timer(PipelineMetrics.SOJOURN)
                .description("From admission to settlement, one message in 64")
                .tags(tags)
                .register(registry));
        this.listenerFailed = scope.register((registry, tags) -> Counter.builder(PipelineMetrics.LISTENER_FAILED)
                .description("Exceptions thrown by the settlement listener")
                .baseUnit("errors")
                .tags(tags)
                .register(registry));
    }

    static PipelineMeters open(String name, @Nullable MeterRegistry registry) {
        return new PipelineMeters(
                MeterScope.open(PipelineMetrics.PREFIX, "pipeline", name, registry), registry != null);
    }

    InletMeters inlet(InletSpec spec, BoundedBuffer<Envelope> buffer) {
        return new InletMeters(scope, watched, spec, buffer);
    }

    void oldest(InletCore inlet) {
        scope.register((registry, tags) -> TimeGauge.builder(
                        PipelineMetrics.QUEUE_OLDEST, inlet, TimeUnit.NANOSECONDS, InletCore::oldestNanos)
                .description("How long the oldest queued message has been waiting")
                .tags(tags.and(PipelineMetrics.INLET_TAG, inlet.name()))
                .strongReference(true)
                .register(registry));
    }

    StageMeters stage(String name) {
        return new StageMeters(scope, watched, name);
    }

    void register(Engine engine, List<Segment> segments) {
        for (Outcome outcome : Outcome.values()) {
            scope.register((registry, tags) -> FunctionCounter.builder(
                            PipelineMetrics.SETTLED, engine, running -> running.settled(outcome))
                    .description("Accepted messages by how they ended")
                    .baseUnit("messages")
                    .tags(tags.and(PipelineMetrics.OUTCOME_TAG, outcome.tag()))
                    .register(registry));
        }
        for (Segment segment : segments) {
            gauge(PipelineMetrics.ACTIVE, "In the hands of the stage's workers", segment, PipelineMeters::active);
            gauge(PipelineMetrics.PARKED, "Waiting for another attempt", segment, each -> each.parking()
                    .size());
        }
        for (Segment segment : segments.subList(1, segments.size())) { // the first one's queues are the inlets'
            gauge(PipelineMetrics.STAGE_QUEUED, "Between the stage and the one before", segment, each -> each.source()
                    .size());
        }
    }

    void sojourn(long nanos) {
        if (nanos != Reading.NONE) {
            recording.time(sojourn, nanos);
        }
    }

    void listenerFailed() {
        recording.count(listenerFailed, 1);
    }

    void close() {
        scope.close();
    }

    private void gauge(String meter, String description, Segment segment, ToDoubleFunction<Segment> messages) {
        scope.register((registry, tags) -> Gauge.builder(meter, segment, messages)
                .description(description)
                .baseUnit("messages")
                .tags(tags.and(PipelineMetrics.STAGE_TAG, segment.spec().name()))
                .strongReference(true)
                .register(registry));
    }

    private static double active(Segment segment) {
        int active = 0;
        for (Hand hand : segment.hands()) {
            active += hand.size();
        }
        return active;
    }
}
