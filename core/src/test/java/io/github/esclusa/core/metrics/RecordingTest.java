// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopDistributionSummary;
import io.micrometer.core.instrument.noop.NoopTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordingTest {

    private final AtomicInteger tries = new AtomicInteger();
    private final MeterRegistry sound = new SimpleMeterRegistry();

    /** A registry whose meters throw an {@code Error} when something is recorded on them. */
    private final MeterRegistry broken = new SimpleMeterRegistry() {
        @Override
        protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
            return new NoopTimer(id) {
                @Override
                public void record(long amount, TimeUnit unit) {
                    fail();
                }
            };
        }

        @Override
        protected Counter newCounter(Meter.Id id) {
            return new NoopCounter(id) {
                @Override
                public void increment(double amount) {
                    fail();
                }
            };
        }

        @Override
        protected DistributionSummary newDistributionSummary(
                Meter.Id id, DistributionStatisticConfig config, double scale) {
            return new NoopDistributionSummary(id) {
                @Override
                public void record(double amount) {
                    fail();
                }
            };
        }
    };

    private final Recording recording = new Recording("thing", "orders");

    private void fail() {
        tries.incrementAndGet();
        throw new StackOverflowError("a broken meter, on purpose");
    }

    @Test
    void whatIsRecordedArrives() {
        Timer timer = sound.timer("t");
        Counter counter = sound.counter("c");
        DistributionSummary summary = sound.summary("s");

        recording.time(timer, 5_000);
        recording.time(timer, -1); // a clock that went back
        recording.count(counter, 3);
        recording.record(summary, 4);

        assertThat(timer.count()).isEqualTo(2);
        assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isEqualTo(5_000);
        assertThat(counter.count()).isEqualTo(3);
        assertThat(summary.totalAmount()).isEqualTo(4);
        assertThat(recording.reaches(timer)).isTrue();
    }

    @Test
    void absentMetersAreNoFailure() {
        try (LogCapture log = LogCapture.of(Recording.class)) {
            recording.time(null, 1);
            recording.count(null, 1);
            recording.record(null, 1);
            assertThat(log.lines()).isEmpty();
        }
        assertThat(recording.reaches(null)).isFalse();
        assertThat(recording.reaches(sound.timer("t"))).isTrue();
    }

    @Test
    void timerThatThrowsIsReportedOnceAndLeftAlone() {
        Timer timer = broken.timer("t");
        reportedOnceAndLeftAlone(() -> recording.time(timer, 1));
    }

    @Test
    void counterThatThrowsIsReportedOnceAndLeftAlone() {
        Counter counter = broken.counter("c");
        reportedOnceAndLeftAlone(() -> recording.count(counter, 1));
    }

    @Test
    void summaryThatThrowsIsReportedOnceAndLeftAlone() {
        DistributionSummary summary = broken.summary("s");
        reportedOnceAndLeftAlone(() -> recording.record(summary, 1));
    }

    private void reportedOnceAndLeftAlone(Runnable record) {
        Counter other = sound.counter("other");
        try (LogCapture log = LogCapture.of(Recording.class)) {
            record.run();
            record.run();
            recording.count(other, 1);

            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("WARN recording failed for thing 'orders', which works on");
        }
        assertThat(tries).hasValue(1);
        assertThat(other.count()).isZero();
        assertThat(recording.reaches(other)).isFalse();
    }

    @Test
    void ofManyThreadsThatMeetABrokenMeterOneWarns() throws Exception {
        Timer timer = broken.timer("t");
        for (int round = 0; round < 100; round++) {
            Recording raced = new Recording("thing", "raced");
            CyclicBarrier together = new CyclicBarrier(3);
            try (LogCapture log = LogCapture.of(Recording.class)) {
                List<Running<?>> threads = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    threads.add(Running.run(() -> {
                        together.await();
                        raced.time(timer, 1);
                    }));
                }
                for (Running<?> thread : threads) {
                    thread.result();
                }
                assertThat(log.lines()).hasSize(1);
            }
        }
    }

    @Test
    void failedRegistrationAndFailedRecordingAreReportedTogether() {
        MeterScope scope = MeterScope.open("esclusa.test", "thing", "orders", broken);
        Timer timer =
                scope.register((meters, tags) -> Buckets.timer("t").tags(tags).register(meters));
        try (LogCapture log = LogCapture.of(Recording.class)) {
            scope.recording().time(timer, 1);
            Counter late = scope.register((meters, tags) -> {
                throw new IllegalStateException("not asked any more");
            });
            assertThat(late).isNull();
            scope.close();
            assertThat(log.lines()).hasSize(1);
        }
        assertThat(broken.getMeters()).isEmpty();
    }

    @Test
    void loggerThatThrowsDoesNotReachTheWork() {
        Timer timer = broken.timer("t");
        try (LogCapture log = LogCapture.broken(Recording.class)) {
            recording.time(timer, 1);
            assertThat(log.lines()).hasSize(1);
        }
    }
}
