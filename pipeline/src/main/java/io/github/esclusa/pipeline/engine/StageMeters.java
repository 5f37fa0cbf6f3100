// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.metrics.Recording;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One stage's meters. The clock is read for each batch, and for one single message in 64. */
final class StageMeters {

    private static final int SAMPLE_MASK = 63;

    private final boolean watched;
    private final Recording recording;
    private final @Nullable Timer succeeded;
    private final @Nullable Timer failed;
    private final @Nullable DistributionSummary batchSize;
    private final @Nullable Counter failures;
    private final @Nullable Counter retries;

    StageMeters(MeterScope scope, boolean watched, String stage) {
        this.watched = watched;
        this.recording = scope.recording();
        this.succeeded = timer(scope, stage, "success");
        this.failed = timer(scope, stage, "failure");
        this.batchSize = scope.register((registry, tags) -> DistributionSummary.builder(PipelineMetrics.BATCH_SIZE)
                .description("Messages in a batch")
                .baseUnit("messages")
                .tags(tags.and(PipelineMetrics.STAGE_TAG, stage))
                .register(registry));
        this.failures = scope.register((registry, tags) -> Counter.builder(PipelineMetrics.FAILURES)
                .description("Messages in calls of user code that failed")
                .baseUnit("messages")
                .tags(tags.and(PipelineMetrics.STAGE_TAG, stage))
                .register(registry));
        this.retries = scope.register((registry, tags) -> Counter.builder(PipelineMetrics.RETRIES)
                .description("Messages that failed and are tried again")
                .baseUnit("messages")
                .tags(tags.and(PipelineMetrics.STAGE_TAG, stage))
                .register(registry));
    }

    long start(Clock clock) {
        boolean sampled = watched && (ThreadLocalRandom.current().nextInt() & SAMPLE_MASK) == 0;
        return sampled ? Reading.of(clock) : Reading.NONE;
    }

    long startBatch(Clock clock, int size) {
        recording.record(batchSize, size);
        return watched ? Reading.of(clock) : Reading.NONE;
    }

    void succeeded(Clock clock, long start) {
        record(succeeded, clock, start);
    }

    /** Each failure is counted, whether the call was timed or not: the first one may be the one to see. */
    void failed(Clock clock, long start, int messages) {
        recording.count(failures, messages);
        record(failed, clock, start);
    }

    void retried(int messages) {
        recording.count(retries, messages);
    }

    private void record(@Nullable Timer timer, Clock clock, long start) {
        long nanos = Reading.since(start, clock);
        if (nanos != Reading.NONE) {
            recording.time(timer, nanos);
        }
    }

    private static @Nullable Timer timer(MeterScope scope, String stage, String outcome) {
        return scope.register((registry, tags) -> Buckets.timer(PipelineMetrics.STAGE)
                .description("User code: each batch, or one message in 64")
                .tags(tags.and(PipelineMetrics.STAGE_TAG, stage, PipelineMetrics.OUTCOME_TAG, outcome))
                .register(registry));
    }
}
