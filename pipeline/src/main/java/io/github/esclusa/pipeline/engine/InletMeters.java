// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.metrics.Recording;
import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One inlet's meters. What was accepted is the buffer's own count; what was refused is counted here. */
final class InletMeters {

    /**
     * A queue shorter than this, or than half of a small capacity, is told of by the sample alone: it rises and falls with every
     * message.
     */
    private static final int NOTABLE_DEPTH = 8;

    private final boolean watched;
    private final int notableDepth;
    private final Recording recording;
    private final Map<Admission, LongAdder> refused = new EnumMap<>(Admission.class);
    private final LongAdder interrupted = new LongAdder();
    private final @Nullable Timer backpressure;
    private final @Nullable Timer queueWait;
    private final @Nullable DistributionSummary depth;

    /** The depth recorded last, or less; racy: producers that overtake each other record once more or once less. */
    private volatile int recordedDepth;

    InletMeters(MeterScope scope, boolean watched, InletSpec spec, BoundedBuffer<Envelope> buffer) {
        this.watched = watched;
        this.notableDepth = Math.min(NOTABLE_DEPTH, (spec.capacity() + 1) / 2);
        this.recording = scope.recording();
        String inlet = spec.name();
        counter(scope, inlet, "accepted", buffer, BoundedBuffer::admitted);
        for (Admission answer : Admission.values()) {
            if (answer != Admission.ACCEPTED && answer != Admission.WAITING) {
                LongAdder count = new LongAdder();
                refused.put(answer, count);
                counter(scope, inlet, answer.name().toLowerCase(Locale.ROOT), count, LongAdder::sum);
            }
        }
        counter(scope, inlet, "interrupted", interrupted, LongAdder::sum);
        gauge(scope, PipelineMetrics.QUEUED, "Messages in the inlet's queue", "messages", inlet, buffer, b -> b.size());
        gauge(scope, PipelineMetrics.IN_FLIGHT, "Messages not settled", "messages", inlet, buffer, b -> b.used());
        gauge(scope, PipelineMetrics.WAITING, "Submissions in line", "submissions", inlet, buffer, b -> b.waiting());
        gauge(scope, PipelineMetrics.CAPACITY, "Most messages in flight", "messages", inlet, buffer, b -> b.capacity());
        gauge(scope, PipelineMetrics.WEIGHT, "Weight in flight", "bytes", inlet, buffer, b -> b.usedWeight());
        if (spec.weigher() != null) {
            gauge(
                    scope,
                    PipelineMetrics.MAX_WEIGHT,
                    "Most weight in flight",
                    "bytes",
                    inlet,
                    buffer,
                    b -> spec.maxWeight());
        }
        this.backpressure = scope.register((registry, tags) -> Buckets.timer(PipelineMetrics.BACKPRESSURE)
                .description("How long producers were held back")
                .tags(tags.and(PipelineMetrics.INLET_TAG, inlet))
                .register(registry));
        this.queueWait = scope.register((registry, tags) -> Buckets.timer(PipelineMetrics.QUEUE_WAIT)
                .description("Time in the inlet's queue, one message in 64")
                .tags(tags.and(PipelineMetrics.INLET_TAG, inlet))
                .register(registry));
        this.depth = scope.register((registry, tags) -> DistributionSummary.builder(PipelineMetrics.QUEUE_DEPTH)
                .description("Depth of the inlet's queue as messages enter it: one in 64, and what rises above it")
                .baseUnit("messages")
                .tags(tags.and(PipelineMetrics.INLET_TAG, inlet))
                .register(registry));
    }

    /** Whether messages are sampled at all. */
    boolean sampling() {
        return watched;
    }

    Admission submitted(Admission answer) {
        LongAdder count = refused.get(answer);
        if (count != null) {
            count.increment();
        }
        return answer;
    }

    void interrupted() {
        interrupted.increment();
    }

    void heldBack(long nanos) {
        recording.time(backpressure, nanos);
    }

    void queueWait(long nanos) {
        if (nanos != Reading.NONE) {
            recording.time(queueWait, nanos);
        }
    }

    /**
     * A message has entered the queue. Recorded are the sample, and each depth an eighth above the last that was: a burst
     * shorter than the sample's step shows in the maximum. What counts as the last goes down with the sample, and when
     * the queue has run empty, so that the next burst shows as well.
     */
    void entered(int queued, boolean sampled) {
        int recorded = recordedDepth;
        if (sampled || (queued >= notableDepth && queued > recorded + recorded / 8)) {
            recordedDepth = queued;
            recording.record(depth, queued);
        } else if (queued <= 1 && recorded > 1) {
            recordedDepth = queued;
        }
    }

    private static <T> void counter(
            MeterScope scope, String inlet, String outcome, T counted, ToDoubleFunction<T> count) {
        scope.register((registry, tags) -> FunctionCounter.builder(PipelineMetrics.SUBMITTED, counted, count)
                .description("Submitted messages by the answer given")
                .baseUnit("messages")
                .tags(tags.and(PipelineMetrics.INLET_TAG, inlet, PipelineMetrics.OUTCOME_TAG, outcome))
                .register(registry));
    }

    private static void gauge(
            MeterScope scope,
            String name,
            String description,
            String unit,
            String inlet,
            BoundedBuffer<Envelope> buffer,
            ToDoubleFunction<BoundedBuffer<Envelope>> value) {
        scope.register((registry, tags) -> Gauge.builder(name, buffer, value)
                .description(description)
                .baseUnit(unit)
                .tags(Tags.concat(tags, PipelineMetrics.INLET_TAG, inlet))
                .strongReference(true)
                .register(registry));
    }
}
