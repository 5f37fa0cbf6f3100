// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The maximum of the queue's depth shows bursts that the sample of one message in 64 mostly misses. */
@Timeout(60)
class QueueDepthTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final MockClock time = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, time);
    private final Semaphore allowed = new Semaphore(0);
    private final Semaphore entered = new Semaphore(0);

    @Test
    void eachBurstShowsInTheMaximumThoughItIsShorterThanTheSamplesStep() throws Exception {
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("bursts")
                .meterRegistry(registry)
                .sink("store", n -> {
                    entered.release();
                    allowed.acquire();
                })
                .start()) {
            burst(pipeline, 50);
            assertThat(depth().max()).isBetween(50 * 8 / 9.0, 50.0);

            time.add(Duration.ofMinutes(10)); // the maximum is of the last minutes
            assertThat(depth().max()).isZero();
            burst(pipeline, 20);
            assertThat(depth().max()).isBetween(20 * 8 / 9.0, 20.0);
            assertThat(pipeline.shutdown(LONG).balanced()).isTrue();
        }
    }

    @Test
    void aSmallInletThatFillsShowsInTheMaximum() throws Exception {
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("small")
                .capacity(4)
                .meterRegistry(registry)
                .sink("store", n -> {
                    entered.release();
                    allowed.acquire();
                })
                .start()) {
            burst(pipeline, 3);
            assertThat(depth().max()).isEqualTo(3);
        }
    }

    @Test
    void aQueueThatHardlyFillsIsRecordedByTheSampleAlone() throws Exception {
        int messages = 64 * 100;
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("steady")
                .meterRegistry(registry)
                .sink("store", n -> entered.release())
                .start()) {
            for (int i = 0; i < messages; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
                assertThat(entered.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(depth().count()).isBetween(messages / 64L / 4, messages / 64L * 4);
            assertThat(pipeline.shutdown(LONG).balanced()).isTrue();
        }
    }

    /** Holds the sink, lets so many messages wait behind the one it has in hand, and lets all of them go. */
    private void burst(Pipeline<Integer> pipeline, int queued) throws InterruptedException {
        assertThat(pipeline.submit(0)).isEqualTo(Admission.ACCEPTED);
        assertThat(entered.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i <= queued; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        allowed.release(queued + 1);
        assertThat(entered.tryAcquire(queued, 30, TimeUnit.SECONDS)).isTrue();
        Awaitility.await()
                .atMost(LONG)
                .until(() -> registry.get(PipelineMetrics.IN_FLIGHT).gauge().value() == 0);
    }

    private DistributionSummary depth() {
        return registry.get(PipelineMetrics.QUEUE_DEPTH).summary();
    }
}
