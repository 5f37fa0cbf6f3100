// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meters of timers: what they count, that they go with their owner, that a broken registry breaks nothing. */
@Timeout(60)
class TimerMetricsTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock();
    private final HandExecutor executor = new HandExecutor();
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void everyMeterOfTheFamilyCountsWhatItSays() throws InterruptedException {
        Executor refusesFifth = new Executor() {
            private int tasks;

            @Override
            public void execute(Runnable task) {
                if (++tasks == 5) {
                    throw new RejectedExecutionException("on purpose");
                }
                executor.execute(task);
            }
        };
        try (Timers timers = start("metered", refusesFifth)) {
            timers.after(Duration.ofSeconds(1), () -> clock.advance(Duration.ofSeconds(2)));
            clock.advance(Duration.ofSeconds(4));
            executor.runNext(); // 3 s late, took 2 s
            timers.after(Duration.ZERO, () -> {
                throw new IllegalStateException("on purpose");
            });
            executor.runNext();
            var periodic = timers.atFixedRate(
                    Duration.ZERO, Duration.ofSeconds(1), () -> clock.advance(Duration.ofSeconds(3)));
            executor.runNext(); // three points pass
            executor.take();
            periodic.cancel();
            var refused = timers.after(Duration.ZERO, () -> {});
            await().until(() -> refused.state() == TimerState.REJECTED);
            timers.after(LONG, () -> {});
            timers.after(LONG, () -> {});
            timers.after(LONG, () -> {});
            assertThatThrownBy(() -> timers.after(LONG, () -> {})).isInstanceOf(TimersFullException.class);

            assertThat(registry.get(TimerMetrics.SCHEDULED)
                            .tag("name", "metered")
                            .gauge()
                            .value())
                    .isEqualTo(3);
            assertThat(counter(TimerMetrics.FIRED)).isEqualTo(3);
            assertThat(counter(TimerMetrics.FAILED)).isEqualTo(1);
            assertThat(counter(TimerMetrics.CANCELLED)).isEqualTo(1);
            assertThat(counter(TimerMetrics.REJECTED)).isEqualTo(2);
            assertThat(counter(TimerMetrics.OVERRUN)).isEqualTo(3);
            Timer lag = registry.get(TimerMetrics.LAG).tag("name", "metered").timer();
            assertThat(lag.count()).isEqualTo(3);
            assertThat(lag.totalTime(TimeUnit.SECONDS)).isEqualTo(3);
            Timer execution =
                    registry.get(TimerMetrics.EXECUTION).tag("name", "metered").timer();
            assertThat(execution.totalTime(TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(execution.takeSnapshot().histogramCounts()[0].bucket(TimeUnit.MICROSECONDS))
                    .isEqualTo(10);
        }
    }

    @Test
    void metersGoWhenTheTimersHaveTerminatedAndTheNameIsFreeAgain() {
        Timers first = start("metered", executor);
        Timers other = start("other", executor);
        assertThatThrownBy(() -> start("metered", executor))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'metered'");

        first.close();
        assertThat(registry.getMeters()).isNotEmpty().allMatch(meter -> "other"
                .equals(meter.getId().getTag("name")));
        start("metered", executor).close();
        other.close();

        assertThat(registry.getMeters()).isEmpty();
        assertThat(Threads.named("metered")).allMatch(Thread::isDaemon);
    }

    /** A gauge that dies with its object. */
    @Test
    void gaugesOutliveTheLastReferenceToTheTimers() {
        WeakReference<Timers> forgotten = new WeakReference<>(start("metered", executor));
        await().until(() -> {
            System.gc();
            return forgotten.refersTo(null);
        });

        assertThat(registry.get(TimerMetrics.SCHEDULED)
                        .tag("name", "metered")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void anErrorWhileTheyAreBuiltLeavesTheNameFree() {
        TimersConfig.Draft draft = new TimersConfig.Draft("metered");
        draft.meterRegistry = registry;
        assertThatThrownBy(() -> draft.validated().startEngine(task -> {
                    throw new OutOfMemoryError("on purpose");
                }))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(registry.getMeters()).isEmpty();
        start("metered", executor).close();
    }

    @Test
    void aRegistryThatThrowsBreaksNothing() throws InterruptedException {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("on purpose");
            }
        });
        runsOneTimer();
    }

    @Test
    void aMeterThatThrowsBreaksNothing() throws InterruptedException {
        MeterRegistry throwing = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
                throw new UnsupportedOperationException("on purpose");
            }
        };
        AtomicInteger runs = new AtomicInteger();
        try (Timers timers = Timers.builder("metered")
                .clock(clock)
                .executor(executor)
                .meterRegistry(throwing)
                .start()) {
            timers.after(Duration.ZERO, runs::incrementAndGet);
            executor.runNext();
        }
        assertThat(runs).hasValue(1);
    }

    private void runsOneTimer() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        try (Timers timers = start("metered", executor)) {
            timers.after(Duration.ZERO, runs::incrementAndGet);
            executor.runNext();
            assertThat(timers.balance().fired()).isEqualTo(1);
        }
        assertThat(runs).hasValue(1);
    }

    private Timers start(String name, Executor on) {
        return Timers.builder(name)
                .clock(clock)
                .executor(on)
                .maxPending(3)
                .meterRegistry(registry)
                .start();
    }

    private double counter(String name) {
        return registry.get(name).tag("name", "metered").functionCounter().count();
    }
}
