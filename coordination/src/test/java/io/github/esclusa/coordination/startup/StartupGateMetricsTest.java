// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.Journal.Part;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meters of a gate: what they show, and that they go with it. */
@Timeout(60)
class StartupGateMetricsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();
    private final ManualClock clock = new ManualClock();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final StartupGate.Builder builder =
            StartupGate.builder("gate").clock(clock).meterRegistry(registry);

    private double state(String state) {
        return registry.get("esclusa.gate.state")
                .tag("name", "gate")
                .tag("state", state)
                .gauge()
                .value();
    }

    private double pending() {
        return registry.get("esclusa.gate.pending").tag("name", "gate").gauge().value();
    }

    private double startup(String component) {
        return registry.get("esclusa.gate.component.startup")
                .tag("name", "gate")
                .tag("component", component)
                .timeGauge()
                .value(TimeUnit.SECONDS);
    }

    @Test
    void metersShowWhatTheGateIsDoing() throws Exception {
        var entered = new CountDownLatch(1);
        var let = new CountDownLatch(1);
        Component<Part> db = builder.component("db", journal.part("db", entered, let));
        builder.component("http", journal.part("http")).after(db);
        StartupGate gate = builder.build();
        assertThat(state("new")).isEqualTo(1);
        assertThat(pending()).isEqualTo(2);
        assertThat(startup("db")).isZero();

        var start = Background.call(() -> {
            gate.start(LONG);
            return true;
        });
        entered.await();
        clock.advance(Duration.ofSeconds(3));
        assertThat(state("starting")).isEqualTo(1);
        assertThat(startup("db")).isEqualTo(3); // while it lasts
        let.countDown();
        start.get();
        clock.advance(Duration.ofSeconds(5));

        assertThat(state("ready")).isEqualTo(1);
        assertThat(state("starting")).isZero();
        assertThat(pending()).isZero();
        assertThat(startup("db")).isEqualTo(3);
        Timer wait = registry.get("esclusa.gate.wait").tag("outcome", "ready").timer();
        assertThat(wait.count()).isEqualTo(1);
        assertThat(wait.totalTime(TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(wait.takeSnapshot().histogramCounts()).hasSize(13);
        gate.close();
    }

    @Test
    void waitsAreTimedByTheirOutcome() throws Exception {
        StartupGate gate = builder.build();
        var late = Background.call(() -> gate.awaitReady(Duration.ofSeconds(2)));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(2));
        assertThat(late.get()).isFalse();
        var interrupted = Background.call(() -> gate.awaitReady(LONG));
        clock.awaitWaiters(1, LONG);
        interrupted.interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);

        Timer timeout =
                registry.get("esclusa.gate.wait").tag("outcome", "timeout").timer();
        assertThat(timeout.count()).isEqualTo(1);
        assertThat(timeout.totalTime(TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(registry.get("esclusa.gate.wait")
                        .tag("outcome", "interrupted")
                        .timer()
                        .count())
                .isEqualTo(1);
        gate.close();
    }

    /** A start that has lasted two seconds, and whose rollback lasts until it is let: so its meters can be read. */
    private Background<Boolean> startOfTwoSeconds(StartupGate gate, CountDownLatch entered) throws Exception {
        var start = Background.call(() -> {
            gate.start(Duration.ofSeconds(2));
            return true;
        });
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(2).minusNanos(1));
        return start;
    }

    private void onlyWaitIs(String outcome) {
        await().untilAsserted(() -> assertThat(
                        registry.find(GateMetrics.WAIT).timers().stream().filter(wait -> wait.count() > 0))
                .singleElement()
                .satisfies(wait -> {
                    assertThat(wait.getId().getTag("outcome")).isEqualTo(outcome);
                    assertThat(wait.count()).isEqualTo(1);
                    assertThat(wait.totalTime(TimeUnit.SECONDS)).isCloseTo(2, within(0.001));
                }));
    }

    @Test
    void waitOfTheThreadThatStartsIsTimedHoweverItEnds() throws Exception {
        for (String outcome : List.of("failed", "timeout", "stopped", "interrupted")) {
            var entered = new CountDownLatch(2);
            var let = new CountDownLatch(1);
            var fail = new CountDownLatch(1);
            StartupGate.Builder one = StartupGate.builder("gate").clock(clock).meterRegistry(registry);
            one.component("stubborn", journal.stubborn("stubborn", entered, let));
            one.component("bad", () -> {
                entered.countDown();
                fail.await();
                throw new Exception("no");
            });
            StartupGate gate = one.build();
            var start = startOfTwoSeconds(gate, entered);

            switch (outcome) {
                case "failed" -> fail.countDown();
                case "timeout" -> clock.advance(Duration.ofNanos(1));
                case "stopped" -> Background.call(() -> gate.stop(LONG));
                default -> start.interrupt();
            }

            onlyWaitIs(outcome);
            let.countDown();
            assertThat(start.failure()).isNotNull();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void threadsThatWaitAtTheGateAreCounted() throws Exception {
        var entered = new CountDownLatch(1);
        var let = new CountDownLatch(1);
        builder.component("a", journal.part("a", entered, let));
        StartupGate gate = builder.build();
        Gauge waiting = registry.get("esclusa.gate.waiting").tag("name", "gate").gauge();
        assertThat(waiting.value()).isZero();

        var start = Background.call(() -> {
            gate.start(LONG);
            return true;
        });
        var waiter = Background.call(() -> gate.awaitReady(LONG));
        entered.await();
        clock.awaitWaiters(2, LONG);

        assertThat(waiting.value()).isEqualTo(2);
        let.countDown();
        assertThat(start.get()).isTrue();
        assertThat(waiter.get()).isTrue();
        assertThat(waiting.value()).isZero();
        gate.close();
    }

    private StartupGate gateThatNobodyKeeps() {
        var forgotten = StartupGate.builder("gate").clock(clock).meterRegistry(registry);
        forgotten.component("a", journal.part("a"));
        return forgotten.build();
    }

    /** A gauge that dies with its object. */
    @Test
    void gaugesOutliveTheLastReferenceToTheGate() {
        var canary = new WeakReference<>(gateThatNobodyKeeps());

        await().until(() -> {
            System.gc();
            return canary.refersTo(null);
        });

        assertThat(state("new")).isEqualTo(1);
        assertThat(pending()).isEqualTo(1);
        assertThat(startup("a")).isZero();
        assertThat(registry.get("esclusa.gate.waiting").gauge().value()).isZero();
    }

    @Test
    void metersGoWithTheGateAndItsNameIsFree() throws Exception {
        builder.component("a", journal.part("a"));
        StartupGate gate = builder.start(LONG);
        assertThat(registry.getMeters()).isNotEmpty();

        gate.stop(LONG);

        assertThat(registry.getMeters()).isEmpty();
        StartupGate successor =
                StartupGate.builder("gate").meterRegistry(registry).start(LONG);
        gate.stop(LONG); // late: must not take the successor's meters
        gate.close();
        assertThat(state("ready")).isEqualTo(1);
        successor.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void metersGoAfterAFailedStart() {
        builder.component("bad", () -> {
            throw new Exception("no");
        });
        assertThatThrownBy(() -> builder.start(LONG)).isInstanceOf(StartupFailed.class);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void metersStayWhileTheGateIsStopping() throws Exception {
        var entered = new CountDownLatch(1);
        var let = new CountDownLatch(1);
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(LONG));
        entered.await();
        assertThat(state("stopping")).isEqualTo(1);
        let.countDown();
        stop.get();
    }

    @Test
    void secondLiveGateOfANameIsRefused() throws Exception {
        StartupGate gate = builder.start(LONG);
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        StartupGate.builder("gate").meterRegistry(registry).build())
                .withMessageContaining("gate 'gate': another of this name is live");
        gate.close();
    }

    /** A registry whose timers throw an Error when recorded to, and which throws when a meter is removed. */
    private static final class BrokenRegistry extends SimpleMeterRegistry {
        @Override
        protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector detector) {
            return new StepTimer(id, new MockClock(), config, detector, TimeUnit.SECONDS, 1000, false) {
                @Override
                protected void recordNonNegative(long amount, TimeUnit unit) {
                    throw new AssertionError("broken timer");
                }
            };
        }

        @Override
        public Meter remove(Meter meter) {
            throw new AssertionError("broken registry");
        }
    }

    @Test
    void brokenRegistryBreaksNothing() throws Exception {
        StartupGate.Builder unwatched = StartupGate.builder("gate").meterRegistry(new BrokenRegistry());
        unwatched.component("a", journal.part("a"));

        StartupGate gate = unwatched.start(LONG);

        assertThat(gate.isReady()).isTrue();
        assertThat(gate.stop(LONG).clean()).isTrue();
        assertThat(journal.lines()).containsExactly("start a", "close a");
    }
}
