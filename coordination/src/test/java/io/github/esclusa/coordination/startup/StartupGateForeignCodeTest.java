// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.Journal.Part;
import io.github.esclusa.coordination.startup.StartupFailed.Reason;
import io.github.esclusa.coordination.startup.StopReport.Outcome;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is not the gate's throws or blocks where nobody expects it to: in an interrupt, in the registry, in the clock. */
@Timeout(60)
class StartupGateForeignCodeTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);
    private final CountDownLatch interrupting = new CountDownLatch(1);
    private final StartupGate.Builder builder = StartupGate.builder("gate").clock(clock);

    private final ForeignChannel throwing = new ForeignChannel(() -> {
        interrupting.countDown();
        throw new IllegalStateException("from an interrupt, on purpose");
    });

    @AfterEach
    void letGo() {
        let.countDown();
    }

    private static Background<Boolean> start(StartupGate gate) {
        return Background.call(() -> {
            gate.start(LONG);
            return true;
        });
    }

    private void componentIn(ForeignChannel channel) {
        builder.component("inChannel", () -> {
            channel.operate(entered, let);
            return journal.part("inChannel").call();
        });
    }

    @Test
    void interruptThatThrowsDoesNotKeepTheGateFromStopping() throws Exception {
        componentIn(throwing);
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();

        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(1)));
        interrupting.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));

        assertThat(stop.get().with(Outcome.UNFINISHED)).containsExactly("inChannel");
        assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.STOPPED));
        assertThat(gate.stop(Duration.ofSeconds(1))).isSameAs(stop.get());
    }

    @Test
    void interruptThatThrowsDoesNotKeepAFailedStartFromReturning() throws Exception {
        componentIn(throwing);
        builder.component("failing", () -> {
            entered.await();
            throw new Exception("no");
        });
        var start = start(builder.build());
        interrupting.await();
        let.countDown();

        assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.culprits())
                .containsExactly("failing"));
    }

    @Test
    void interruptThatBlocksDoesNotHoldUpTheDeadline() throws Exception {
        componentIn(new ForeignChannel(() -> {
            interrupting.countDown();
            Journal.awaitStubbornly(let);
        }));
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();

        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(1)));
        interrupting.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));

        assertThat(stop.get().with(Outcome.UNFINISHED)).containsExactly("inChannel");
        assertThat(start.failure()).isInstanceOf(StartupFailed.class);
    }

    @Test
    void interruptThatThrowsStillClosesWhatIsBehind() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("hung", () -> (AutoCloseable) () -> throwing.operate(entered, let))
                .after(db);
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(9));

        assertThat(stop.get().with(Outcome.UNFINISHED)).containsExactly("hung");
        assertThat(stop.get().with(Outcome.CLOSED)).containsExactly("db");
        interrupting.await();
    }

    /** A thread whose stack cannot be had, as without memory. */
    private static ThreadFactory threadsWithoutStacks() {
        return task -> new Thread(task) {
            @Override
            public StackTraceElement[] getStackTrace() {
                throw new OutOfMemoryError("on purpose");
            }
        };
    }

    @Test
    void leaderThatFailsStillBeginsEveryClose() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("hung", () -> journal.stuckInClose("hung", entered, let))
                .after(db);
        StartupGate gate = builder.threadFactory(threadsWithoutStacks()).build();
        gate.start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(9));

        assertThat(stop.get().with(Outcome.UNFINISHED)).contains("hung");
        await().until(() -> db.state() == ComponentState.CLOSED);
    }

    /** The starter looks at who is late, and the leader at who does not come back: each look takes a call that needs the lock. */
    @Test
    void threadsAreLookedAtWithoutTheLock() throws Exception {
        CompletableFuture<StartupGate> its = new CompletableFuture<>();
        AtomicInteger looks = new AtomicInteger();
        builder.threadFactory(task -> new Thread(task) {
            @Override
            public StackTraceElement[] getStackTrace() {
                assertThat(CompletableFuture.supplyAsync(() -> its.join().components())
                                .orTimeout(20, TimeUnit.SECONDS)
                                .join())
                        .hasSize(1);
                looks.incrementAndGet();
                return super.getStackTrace();
            }
        });
        builder.component("hung", journal.stubborn("hung", entered, let)).timeout(Duration.ofSeconds(1));
        StartupGate gate = builder.stopTimeout(Duration.ofSeconds(2)).build();
        its.complete(gate);
        var start = start(gate);
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        await().until(() -> gate.state() == GateState.FAILED);
        clock.awaitWaiters(2, LONG); // the leader, and the starter until the end
        clock.advance(Duration.ofSeconds(2));

        assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.TIMED_OUT));
        assertThat(gate.stop(LONG).with(Outcome.UNFINISHED)).containsExactly("hung");
        assertThat(looks).hasValue(2);
    }

    @Test
    void componentThatIsReadyByTheEndOfTheLookIsNotLate() throws Exception {
        CompletableFuture<StartupGate> its = new CompletableFuture<>();
        builder.threadFactory(task -> new Thread(task) {
            @Override
            public StackTraceElement[] getStackTrace() {
                let.countDown();
                await().until(() -> its.join().components().get(0).state() == ComponentState.READY);
                return super.getStackTrace();
            }
        });
        builder.component("slow", journal.part("slow", entered, let)).timeout(Duration.ofSeconds(1));
        StartupGate gate = builder.build();
        its.complete(gate);
        var start = start(gate);
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));

        assertThat(start.get()).isTrue();
        assertThat(gate.stop(LONG).with(Outcome.CLOSED)).containsExactly("slow");
    }

    @Test
    void closeOfOneThatCameBackWhileItWasLookedAtIsLookedAtAnew() throws Exception {
        CompletableFuture<StartupGate> its = new CompletableFuture<>();
        CountDownLatch back = new CountDownLatch(1);
        builder.threadFactory(task -> new Thread(task) {
            @Override
            public StackTraceElement[] getStackTrace() {
                back.countDown();
                await().until(() -> its.join().components().get(0).state() != ComponentState.STARTING);
                return super.getStackTrace();
            }
        });
        builder.component("hung", () -> {
            entered.countDown();
            Journal.awaitStubbornly(back);
            return journal.stuckInClose("hung", new CountDownLatch(1), let);
        });
        StartupGate gate = builder.build();
        its.complete(gate);
        var start = start(gate);
        entered.await();
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(1)));
        await().until(() -> gate.state() == GateState.STOPPING);
        clock.advance(Duration.ofSeconds(1));

        assertThat(stop.get().with(Outcome.UNFINISHED)).containsExactly("hung");
        assertThat(stop.get().components().get(0).failure()).hasMessageContaining("had not finished closing");
        assertThat(start.failure()).isInstanceOf(StartupFailed.class);
    }

    @Test
    void starterThatFailsRollsBackAndSaysWhy() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("slow", journal.part("slow", entered, let)).timeout(Duration.ofSeconds(1));
        StartupGate gate = builder.threadFactory(threadsWithoutStacks()).build();
        var start = start(gate);
        entered.await();
        await().until(() -> db.state() == ComponentState.READY);
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1)); // the starter wants to name the late one with its stack

        assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.BROKEN);
            assertThat(e).hasCauseInstanceOf(OutOfMemoryError.class);
        });
        assertThat(gate.state()).isEqualTo(GateState.FAILED);
        assertThat(db.state()).isEqualTo(ComponentState.CLOSED);
    }

    @Test
    void closeFromInsideTheGatesLastStepDoesNotWaitForItself() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        builder.component("a", journal.part("a"));
        StartupGate gate = builder.meterRegistry(registry).start(LONG);
        registry.config().onMeterRemoved(meter -> gate.close());

        var stop = Background.call(() -> gate.stop(LONG)); // the clock stands: no patience ends this

        assertThat(stop.get().clean()).isTrue();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void registryThatNeverComesBackDoesNotHoldUpTheReportForEver() throws Exception {
        MeterRegistry stuck = new SimpleMeterRegistry() {
            @Override
            public @Nullable Meter remove(Meter meter) {
                entered.countDown();
                Journal.awaitStubbornly(let);
                return super.remove(meter);
            }
        };
        builder.component("a", journal.part("a"));
        StartupGate gate = builder.meterRegistry(stuck).start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(1)));
        var close = Background.call(() -> {
            gate.close();
            return true;
        });
        entered.await();
        clock.awaitWaiters(2, LONG);
        assertThat(gate.state()).isEqualTo(GateState.STOPPING);
        clock.advance(Board.PATIENCE);

        assertThat(stop.get().clean()).isTrue();
        assertThat(close.get()).isTrue();
        assertThat(gate.state()).isEqualTo(GateState.STOPPED);
    }

    @Test
    void registryThatDoesNotComeBackFromATimerHoldsUpNoClose() throws Exception {
        MeterRegistry stuck = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector detector) {
                return new StepTimer(id, new MockClock(), config, detector, TimeUnit.SECONDS, 1000, false) {
                    @Override
                    protected void recordNonNegative(long amount, TimeUnit unit) {
                        if (id.getName().equals(GateMetrics.WAIT)) {
                            entered.countDown();
                            Journal.awaitStubbornly(let);
                        }
                    }
                };
            }
        };
        Component<Part> a = builder.component("a", journal.part("a"));
        builder.component("b", () -> {
                    throw new IllegalStateException("on purpose");
                })
                .after(a);
        var start = start(builder.meterRegistry(stuck).build());

        assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.COMPONENT_FAILED));
        assertThat(journal.lines()).containsExactly("start a", "close a");
        entered.await();
    }

    @Test
    void clockThatThrowsIsReplacedByTheMachinesAndTheGateStarts() throws Exception {
        BreakableClock breakable = new BreakableClock();
        builder.clock(breakable);
        builder.component("a", journal.part("a", entered, let));
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();
        breakable.broken = true;
        let.countDown();

        assertThat(start.get()).isTrue();
        assertThat(gate.stop(LONG).with(Outcome.CLOSED)).containsExactly("a");
    }

    @Test
    void deadlineComesAlthoughTheClockHasBroken() throws Exception {
        BreakableClock breakable = new BreakableClock();
        builder.clock(breakable);
        builder.component("stubborn", journal.stubborn("stubborn", entered, let));
        StartupGate gate = builder.build();
        breakable.broken = true;
        var start = Background.call(() -> {
            gate.start(Duration.ofMillis(10));
            return true;
        });
        await().until(() -> gate.state() == GateState.FAILED);
        let.countDown();

        assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.TIMED_OUT));
    }
}
