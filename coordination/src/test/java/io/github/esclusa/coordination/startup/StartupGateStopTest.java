// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.Journal.Part;
import io.github.esclusa.coordination.startup.StopReport.Outcome;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stopping: closes that throw, hang or call back, and several who stop. */
@Timeout(60)
class StartupGateStopTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);
    private final StartupGate.Builder builder = StartupGate.builder("gate").clock(clock);

    private static StopReport.Entry entry(StopReport report, String component) {
        return report.components().stream()
                .filter(entry -> entry.component().equals(component))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void closeThatThrowsIsReportedAndHindersNoOther() throws Exception {
        var exception = new Exception("exception");
        var error = new AssertionError("error");
        Component<Part> db = builder.component("db", journal.part("db"));
        Component<AutoCloseable> a = builder.component("a", () -> (AutoCloseable) () -> {
                    journal.add("close a");
                    throw exception;
                })
                .after(db);
        builder.component("b", () -> (AutoCloseable) () -> {
                    journal.add("close b");
                    throw error;
                })
                .after(a);

        StopReport report = builder.start(LONG).stop(LONG);

        assertThat(report.clean()).isFalse();
        assertThat(entry(report, "a")).isEqualTo(new StopReport.Entry("a", Outcome.CLOSE_FAILED, exception));
        assertThat(entry(report, "b")).isEqualTo(new StopReport.Entry("b", Outcome.CLOSE_FAILED, error));
        assertThat(entry(report, "db")).isEqualTo(new StopReport.Entry("db", Outcome.CLOSED, null));
        assertThat(journal.lines()).containsExactly("start db", "close b", "close a", "close db");
    }

    @Test
    void hungCloseIsReportedWithItsStackAndWhatItNeedsIsStillClosed() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("listener", () -> journal.stuckInClose("listener", entered, let))
                .after(db);
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(9).minusNanos(1));
        assertThat(db.state()).isEqualTo(ComponentState.READY); // nine tenths are the listener's

        clock.advance(Duration.ofNanos(1));

        StopReport report = stop.get();
        assertThat(report.took()).isEqualTo(Duration.ofSeconds(9));
        assertThat(report.with(Outcome.CLOSED)).containsExactly("db");
        assertThat(report.with(Outcome.UNFINISHED)).containsExactly("listener");
        Throwable stack = entry(report, "listener").failure();
        assertThat(stack).isInstanceOf(TimeoutException.class).hasMessageContaining("gate-stop-listener");
        assertThat(((TimeoutException) stack).getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(Journal.class.getName()));
        assertThat(journal.lines()).containsExactly("start db", "close listener", "close db");
        let.countDown();
        await().until(() -> gate.components().get(1).state() == ComponentState.CLOSED);
        assertThat(gate.stop(LONG)).isSameAs(report);
    }

    @Test
    void closeThatNobodyStandsBehindHasAllTheTime() throws Exception {
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(10).minusNanos(1));
        let.countDown();

        assertThat(stop.get().with(Outcome.CLOSED)).containsExactly("a");
    }

    @Test
    void hungCloseIsInterrupted() throws Exception {
        builder.component("a", () -> (AutoCloseable) () -> {
            entered.countDown();
            let.await();
        });
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
        entered.await();
        clock.awaitWaiters(1, LONG);

        clock.advance(Duration.ofSeconds(10));

        stop.get();
        await().untilAsserted(
                        () -> assertThat(gate.components().get(0).failure()).isInstanceOf(InterruptedException.class));
    }

    @Test
    void hungCloseDoesNotHoldUpThoseItHasNothingToDoWith() throws Exception {
        var closed = new CountDownLatch(1);
        builder.component("hung", () -> journal.stuckInClose("hung", entered, let));
        builder.component("other", () -> closed::countDown);
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(LONG));

        closed.await();
        entered.await();
        let.countDown();

        assertThat(stop.get().clean()).isTrue();
    }

    @Test
    void stopWithoutTimeCallsEveryCloseAndWaitsForNone() throws Exception {
        var bothEntered = new CountDownLatch(2);
        Component<AutoCloseable> a = builder.component("a", () -> journal.stuckInClose("a", bothEntered, let));
        builder.component("b", () -> journal.stuckInClose("b", bothEntered, let))
                .after(a);
        StartupGate gate = builder.start(LONG);

        StopReport report = gate.stop(Duration.ZERO);

        assertThat(report.with(Outcome.UNFINISHED)).containsExactly("a", "b");
        bothEntered.await();
        let.countDown();
        await().until(() ->
                gate.components().stream().allMatch(component -> component.state() == ComponentState.CLOSED));
    }

    /** It never had any time that could be over; whether its thread was there already must make no difference. */
    @Test
    void closeThatIsBegunWithoutTimeIsNotInterrupted() throws Exception {
        int gates = 100;
        var closed = new CountDownLatch(gates);
        var interrupted = new AtomicInteger();
        for (int i = 0; i < gates; i++) {
            StartupGate.Builder one = StartupGate.builder("gate");
            one.component("slow", () -> () -> {
                try {
                    let.await();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                }
                closed.countDown();
            });
            one.start(LONG).stop(Duration.ZERO);
        }
        let.countDown();
        closed.await();
        assertThat(interrupted).hasValue(0);
    }

    @Test
    void allWhoStopGetTheSameReport() throws Exception {
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        var first = Background.call(() -> gate.stop(LONG));
        entered.await();
        var second = Background.call(() -> gate.stop(LONG));
        let.countDown();

        assertThat(second.get()).isSameAs(first.get());
        assertThat(gate.stop(LONG)).isSameAs(first.get());
        gate.close();
        assertThat(journal.lines()).containsExactly("close a");
    }

    @Test
    void shorterSecondStopHurriesTheFirst() throws Exception {
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        var first = Background.call(() -> gate.stop(Duration.ofDays(1)));
        entered.await();
        clock.awaitWaiters(1, LONG);

        StopReport report = gate.stop(Duration.ZERO); // a second signal: at once

        assertThat(report.with(Outcome.UNFINISHED)).containsExactly("a");
        assertThat(first.get()).isSameAs(report);
        let.countDown();
    }

    @Test
    void longerSecondStopDoesNotDelayTheFirst() throws Exception {
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        var first = Background.call(() -> gate.stop(Duration.ofSeconds(1)));
        entered.await();
        clock.awaitWaiters(1, LONG);
        var second = Background.call(() -> gate.stop(Duration.ofDays(1)));
        await().until(() -> second.thread().getState() == Thread.State.WAITING); // it has had its say
        clock.advance(Duration.ofSeconds(1));

        assertThat(second.get()).isSameAs(first.get());
        let.countDown();
    }

    @Test
    void interruptedStopLeavesAsInterruptedAndClosingGoesOn() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("a", () -> journal.stuckInClose("a", entered, let)).after(db);
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(LONG));
        entered.await();
        stop.interrupt();
        assertThat(stop.failure()).isInstanceOf(InterruptedException.class);
        let.countDown();

        assertThat(gate.stop(LONG).with(Outcome.CLOSED)).containsExactly("db", "a");
        assertThat(journal.lines()).containsExactly("start db", "close a", "close db");
    }

    @Test
    void interruptDoesNotCutCloseShortAndIsKept() throws Exception {
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        var close = Background.call(() -> {
            Thread.currentThread().interrupt();
            gate.close();
            return Thread.currentThread().isInterrupted();
        });
        entered.await();
        assertThat(gate.state()).isEqualTo(GateState.STOPPING);
        let.countDown();

        assertThat(close.get()).isTrue();
        assertThat(gate.state()).isEqualTo(GateState.STOPPED);
    }

    @Test
    void readinessNeverComesBackOnceStoppingBegan() throws Exception {
        builder.component("a", () -> journal.stuckInClose("a", entered, let));
        StartupGate gate = builder.start(LONG);
        assertThat(gate.isReady()).isTrue();
        var stop = Background.call(() -> gate.stop(LONG));
        entered.await();

        assertThat(gate.isReady()).isFalse();
        assertThat(gate.state()).isEqualTo(GateState.STOPPING);
        let.countDown();
        stop.get();
        assertThat(gate.isReady()).isFalse();
    }

    @Test
    void startThatSucceedsAfterStopBeganDoesNotMakeTheGateReady() throws Exception {
        builder.component("late", journal.stubborn("late", entered, let));
        StartupGate gate = builder.build();
        var start = Background.call(() -> {
            gate.start(LONG);
            return true;
        });
        entered.await();
        var stop = Background.call(() -> gate.stop(LONG));
        await().until(() -> gate.state() == GateState.STOPPING);
        let.countDown();

        assertThat(start.failure()).isInstanceOf(StartupFailed.class);
        assertThat(stop.get().with(Outcome.CLOSED)).containsExactly("late");
        assertThat(gate.isReady()).isFalse();
        assertThat(journal.lines()).containsExactly("start late", "close late");
    }

    /** A waiter present when the gate opens, which is stopped in the same breath, must not go on waiting. */
    @Test
    void waiterAtAGateStoppedAsSoonAsItIsReadyGetsAnAnswer() throws Exception {
        for (int i = 0; i < 200; i++) {
            StartupGate gate = StartupGate.builder("gate").clock(clock).build();
            var waiter = Background.call(() -> gate.awaitReady(LONG));
            clock.awaitWaiters(1, LONG);
            gate.start(LONG);
            gate.stop(LONG);
            Throwable failure = waiter.failure();
            if (failure != null) {
                assertThat(failure).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.reason())
                        .isEqualTo(StartupFailed.Reason.STOPPED));
            }
        }
    }

    @Test
    void aComponentThatStopsItsOwnGateIsToldAtOnce() throws Exception {
        AtomicReference<@Nullable StartupGate> inFactory = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        builder.component("a", () -> (AutoCloseable) () -> {
            StartupGate gate = inFactory.get();
            if (gate != null) {
                gate.close(); // harmless
                thrown.set(catchFrom(gate));
            }
        });
        StartupGate gate = builder.start(LONG);
        inFactory.set(gate);

        assertThat(gate.stop(LONG).clean()).isTrue(); // the clock stands: waiting for itself would hang

        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stop() of gate 'gate' was called by one of its own components");
    }

    private static @Nullable Throwable catchFrom(StartupGate gate) {
        try {
            gate.stop(LONG);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    @Test
    void aFactoryMayCallOffTheStartByClosingTheGate() throws Exception {
        AtomicReference<@Nullable StartupGate> own = new AtomicReference<>();
        builder.component("a", () -> {
            StartupGate gate = own.get();
            if (gate != null) {
                assertThatThrownBy(() -> gate.awaitReady(LONG)).isInstanceOf(IllegalStateException.class);
                gate.close();
            }
            return journal.part("a").call();
        });
        StartupGate gate = builder.build();
        own.set(gate);

        assertThatThrownBy(() -> gate.start(LONG))
                .isInstanceOfSatisfying(
                        StartupFailed.class, e -> assertThat(e.reason()).isEqualTo(StartupFailed.Reason.STOPPED));

        assertThat(journal.lines()).containsExactly("start a", "close a");
        assertThat(gate.stop(LONG).with(Outcome.CLOSED)).isEqualTo(List.of("a"));
    }
}
