// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.Journal.Part;
import io.github.esclusa.coordination.startup.StartupFailed.Reason;
import io.github.esclusa.coordination.startup.StopReport.Outcome;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when a component fails, is late, or the starting thread is interrupted. */
@Timeout(60)
class StartupGateFailureTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);
    private final StartupGate.Builder builder = StartupGate.builder("gate").clock(clock);

    private static Callable<Part> failing(Throwable cause) {
        return () -> {
            if (cause instanceof Error error) {
                throw error;
            }
            throw (Exception) cause;
        };
    }

    private Background<Boolean> start(StartupGate gate) {
        return Background.call(() -> {
            gate.start(LONG);
            return true;
        });
    }

    private static StartupFailed startupFailed(Background<?> call) throws InterruptedException {
        Throwable failure = call.failure();
        assertThat(failure).isInstanceOf(StartupFailed.class);
        return (StartupFailed) failure;
    }

    @Test
    void failedComponentIsNamedWithItsCauseAndTheRestIsClosedInReverse() {
        var boom = new IllegalStateException("port in use");
        Component<Part> db = builder.component("db", journal.part("db"));
        Component<Part> pool = builder.component("pool", journal.part("pool")).after(db);
        Component<Part> listener = builder.component("listener", failing(boom)).after(pool);
        builder.component("page", journal.part("page")).after(listener);

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.gate()).isEqualTo("gate");
        assertThat(failed.reason()).isEqualTo(Reason.COMPONENT_FAILED);
        assertThat(failed.culprits()).containsExactly("listener");
        assertThat(failed)
                .hasCause(boom)
                .hasNoSuppressedExceptions()
                .hasMessage("gate 'gate' did not start: component 'listener' failed: "
                        + "java.lang.IllegalStateException: port in use; never begun: page");
        assertThat(journal.lines()).containsExactly("start db", "start pool", "close pool", "close db");
    }

    /** misk 2962. */
    @Test
    void failedComponentDoesNotLeaveItsDependentsWaiting() throws Exception {
        Component<Part> first = builder.component("first", failing(new Exception("no")));
        Component<Part> next = builder.component("next", journal.part("next")).after(first);
        builder.component("last", journal.part("last")).after(next);
        StartupGate gate = builder.build();

        assertThat(startupFailed(start(gate)).culprits()).containsExactly("first");
        assertThat(gate.state()).isEqualTo(GateState.FAILED);
        StopReport report = gate.stop(LONG);
        assertThat(report.with(Outcome.START_FAILED)).containsExactly("first");
        assertThat(report.with(Outcome.NOT_STARTED)).containsExactly("next", "last");
        assertThat(journal.lines()).isEmpty();
    }

    /** Guava 3835: failures after the first were swallowed. */
    @Test
    void laterFailuresAreSuppressedIntoTheFirst() throws Exception {
        var first = new Exception("first");
        var second = new Exception("second");
        var third = new AssertionError("third, from close");
        builder.component("ready", () -> () -> {
            throw third;
        });
        var firstFailed = new CountDownLatch(1);
        builder.component("second", () -> {
            entered.countDown();
            Journal.awaitStubbornly(firstFailed);
            throw second;
        });
        builder.component("first", () -> {
            entered.await();
            throw first;
        });
        StartupGate gate = builder.build();

        var start = start(gate);
        await().until(() -> gate.state() == GateState.FAILED);
        firstFailed.countDown();

        StartupFailed failed = startupFailed(start);
        assertThat(failed.culprits()).containsExactly("first");
        assertThat(failed).hasCause(first);
        assertThat(failed.getSuppressed()).contains(second).doesNotContain(first);
        StopReport report = gate.stop(LONG);
        // "ready" may not have been begun when "first" failed; if it was ready, its failing close shows.
        boolean closed = report.with(Outcome.CLOSE_FAILED).contains("ready");
        assertThat(List.of(failed.getSuppressed()).contains(third)).isEqualTo(closed);
    }

    /** Guava 2125: a timeout that names nobody. */
    @Test
    void lateComponentIsNamedWithTheStackOfItsThread() throws Exception {
        Component<Part> slow =
                builder.component("slow", journal.part("slow", entered, let)).timeout(Duration.ofSeconds(10));
        builder.component("next", journal.part("next")).after(slow);
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();
        clock.awaitWaiters(1, LONG);

        clock.advance(Duration.ofSeconds(10));

        StartupFailed failed = startupFailed(start);
        assertThat(failed.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(failed.culprits()).containsExactly("slow");
        assertThat(failed)
                .hasMessageContaining("component 'slow' was still starting after PT10S, its timeout is PT10S (")
                .hasMessageMatching(".*\\((in \\S+, from|at) io\\.github\\.esclusa\\.coordination\\.\\S+\\)\\);.*")
                .hasMessageContaining("'next' waited for slow");
        assertThat(failed.getCause()).isInstanceOf(TimeoutException.class).hasMessageContaining("gate-start-slow");
        assertThat(failed.getCause().getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(Journal.class.getName()));
        assertThat(slow.state()).isEqualTo(ComponentState.FAILED);
    }

    @Test
    void expiredStartNamesAllThatWereStillStarting() throws Exception {
        var bothEntered = new CountDownLatch(2);
        Component<Part> a = builder.component("a", journal.part("a", bothEntered, let));
        builder.component("b", journal.part("b", bothEntered, let));
        builder.component("c", journal.part("c")).after(a);
        StartupGate gate = builder.build();
        var start = start(gate);
        bothEntered.await();
        clock.awaitWaiters(1, LONG);

        clock.advance(LONG);

        StartupFailed failed = startupFailed(start);
        assertThat(failed.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(failed.culprits()).containsExactly("a", "b");
        assertThat(failed)
                .hasMessageContaining("not ready within PT30S: component 'a' was still starting after PT30S")
                .hasMessageContaining("component 'b' was still starting after PT30S")
                .hasMessageContaining("'c' waited for a");
        assertThat(failed.getSuppressed()).hasSize(1).allMatch(other -> other.toString()
                .contains("'b'"));
    }

    @Test
    void aComponentsTimeoutIsItsOwnAndDoesNotCountItsWaiting() throws Exception {
        Component<Part> slow = builder.component("slow", journal.part("slow", entered, let));
        var nextEntered = new CountDownLatch(1);
        var nextLet = new CountDownLatch(1);
        builder.component("next", journal.part("next", nextEntered, nextLet))
                .after(slow)
                .timeout(Duration.ofSeconds(5));
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();
        clock.advance(Duration.ofSeconds(6));
        let.countDown();
        nextEntered.await();
        clock.advance(Duration.ofSeconds(4));
        nextLet.countDown();

        assertThat(start.get()).isTrue();
        assertThat(gate.components())
                .extracting(ComponentStatus::startup)
                .containsExactly(Duration.ofSeconds(6), Duration.ofSeconds(4));
        gate.close();
    }

    /** A cause that reaches only one waiter; and everybody at a barrier must learn of the one who failed. */
    @Test
    void firstFailureReachesEveryWaiterAtOnce() throws Exception {
        var boom = new OutOfMemoryError("boom");
        var closing = new CountDownLatch(1);
        var letClose = new CountDownLatch(1);
        Component<AutoCloseable> ready =
                builder.component("ready", () -> journal.stuckInClose("ready", closing, letClose));
        builder.component("bad", () -> {
                    entered.countDown();
                    let.await();
                    throw boom;
                })
                .after(ready);
        StartupGate gate = builder.build();
        var waiters = List.of(
                Background.call(() -> gate.awaitReady(LONG)),
                Background.call(() -> gate.awaitReady(LONG)),
                Background.call(() -> gate.awaitReady(LONG)));
        clock.awaitWaiters(3, LONG);
        var start = start(gate);
        entered.await();
        let.countDown();
        closing.await();

        for (var waiter : waiters) { // while the rollback still runs
            StartupFailed failed = startupFailed(waiter);
            assertThat(failed.culprits()).containsExactly("bad");
            assertThat(failed).hasCause(boom);
        }
        letClose.countDown();
        assertThat(startupFailed(start)).hasCause(boom);
    }

    /** Spring 33442. */
    @Test
    void stopAfterAFailureDoesNotWaitOutItsTimeout() throws Exception {
        builder.component("ready", journal.part("ready"));
        builder.component("bad", failing(new Exception("no")));
        StartupGate gate = builder.build();
        startupFailed(start(gate));

        StopReport report = gate.stop(Duration.ofDays(1)); // the clock stands: waiting for it would hang

        assertThat(report.with(Outcome.START_FAILED)).containsExactly("bad");
        assertThat(gate.stop(Duration.ZERO)).isSameAs(report);
        assertThat(gate.state()).isEqualTo(GateState.FAILED);
    }

    @Test
    void lateArrivalIsClosedWhenItArrives() throws Exception {
        builder.component("late", journal.stubborn("late", entered, let)).timeout(Duration.ofSeconds(1));
        builder.stopTimeout(Duration.ofSeconds(2));
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        await().until(() -> gate.state() == GateState.FAILED);
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(2));

        assertThat(startupFailed(start).culprits()).containsExactly("late");
        StopReport report = gate.stop(LONG);
        assertThat(report.with(Outcome.UNFINISHED)).containsExactly("late");
        assertThat(report.clean()).isFalse();
        assertThat(journal.lines()).containsExactly("start late");
        let.countDown();

        await().untilAsserted(() -> assertThat(journal.lines()).containsExactly("start late", "close late"));
        await().until(() -> gate.components().get(0).state() == ComponentState.CLOSED);
    }

    @Test
    void lateArrivalDuringTheRollbackIsClosedBeforeWhatItNeeds() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("late", journal.stubborn("late", entered, let)).after(db);
        builder.component("bad", () -> {
            entered.await();
            throw new Exception("no");
        });
        StartupGate gate = builder.build();
        var start = start(gate);
        await().until(() -> gate.state() == GateState.FAILED);
        assertThat(journal.lines()).containsExactly("start db", "start late");
        let.countDown();

        assertThat(startupFailed(start).culprits()).containsExactly("bad");
        assertThat(journal.lines()).containsExactly("start db", "start late", "close late", "close db");
        assertThat(gate.stop(LONG).with(Outcome.CLOSED)).containsExactly("db", "late");
    }

    @Test
    void startingComponentIsInterruptedByTheRollback() throws Exception {
        builder.component("patient", journal.part("patient", entered, let));
        builder.component("bad", () -> {
            entered.await();
            throw new Exception("no");
        });

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.culprits()).containsExactly("bad");
        assertThat(failed).hasNoSuppressedExceptions(); // to have been interrupted is no failure
        assertThat(journal.lines()).containsExactly("start patient");
    }

    @Test
    void interruptedStartRollsBackAndLeavesAsInterrupted() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("slow", journal.part("slow", entered, let)).after(db);
        StartupGate gate = builder.build();
        var waiter = Background.call(() -> gate.awaitReady(LONG));
        clock.awaitWaiters(1, LONG);
        var start = start(gate);
        entered.await();

        start.interrupt();

        assertThat(start.failure()).isInstanceOf(InterruptedException.class);
        assertThat(startupFailed(waiter).reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(gate.state()).isEqualTo(GateState.FAILED);
        assertThat(journal.lines()).containsExactly("start db", "start slow", "close db");
    }

    @Test
    void startByAnInterruptedThreadStartsNothing() throws Exception {
        builder.component("a", journal.part("a"));
        var start = Background.call(() -> {
            Thread.currentThread().interrupt();
            return builder.start(LONG);
        });

        assertThat(start.failure()).isInstanceOf(InterruptedException.class);
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void interruptedWaiterLeavesAsInterruptedAndTheGateGoesOn() throws Exception {
        builder.component("slow", journal.part("slow", entered, let));
        StartupGate gate = builder.build();
        var waiter = Background.call(() -> gate.awaitReady(LONG));
        clock.awaitWaiters(1, LONG);
        var start = start(gate);
        entered.await();
        waiter.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        let.countDown();
        assertThat(start.get()).isTrue();
        gate.close();
    }

    @Test
    void waiterWhoseTimeIsUpIsToldSoAndTheGateGoesOn() throws Exception {
        StartupGate gate = builder.build();
        var waiter = Background.call(() -> gate.awaitReady(Duration.ofSeconds(1)));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));

        assertThat(waiter.get()).isFalse();
        assertThat(start(gate).get()).isTrue();
        gate.close();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Exception.class,
                RuntimeException.class,
                Error.class,
                StackOverflowError.class,
                InterruptedException.class,
                ThreadDeath.class
            })
    @SuppressWarnings({"removal", "deprecation"}) // ThreadDeath: user code can still throw it
    void whateverAFactoryThrowsIsTheCause(Class<? extends Throwable> kind) throws Exception {
        Throwable cause = kind.getConstructor().newInstance();
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("bad", failing(cause)).after(db);

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.culprits()).containsExactly("bad");
        assertThat(failed).hasCause(cause);
        assertThat(journal.lines()).containsExactly("start db", "close db");
    }

    @Test
    void causeThatThrowsWhenAskedForItsMessageIsNamedByItsClass() {
        var rude = new RuntimeException() {
            @Override
            public @Nullable String getMessage() {
                throw new AssertionError("not telling");
            }
        };
        builder.component("bad", failing(rude));

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.getMessage())
                .contains("component 'bad' failed: " + rude.getClass().getName());
        assertThat(failed.getCause()).isSameAs(rude);
    }

    @Test
    @SuppressWarnings("NullAway") // user code that is not null-marked can return null
    void factoryThatReturnsNullHasFailed() {
        builder.component("nothing", () -> (Part) null);

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.culprits()).containsExactly("nothing");
        assertThat(failed.getCause()).hasMessageContaining("returned null");
    }

    @Test
    void systemWithoutThreadsFailsTheComponentAndStillCloses() throws Exception {
        var started = new AtomicInteger();
        builder.threadFactory(task -> {
            if (started.incrementAndGet() > 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return new Thread(task);
        });
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("listener", journal.part("listener")).after(db);

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.culprits()).containsExactly("listener");
        assertThat(failed).hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(journal.lines()).containsExactly("start db", "close db");
    }

    @Test
    void threadThatBeginsAfterTheGateWasTornDownNeverCallsItsFactory() throws Exception {
        builder.threadFactory(task -> {
            Thread thread = new Thread(() -> {
                if (Thread.currentThread().getName().equals("gate-start-held")) {
                    entered.countDown();
                    Journal.awaitStubbornly(let);
                }
                task.run();
            });
            thread.setDaemon(true);
            return thread;
        });
        builder.component("held", journal.part("held"));
        builder.component("bad", () -> {
            entered.await();
            throw new Exception("no");
        });
        StartupGate gate = builder.build();
        var start = start(gate);
        await().until(() -> gate.state() == GateState.FAILED);
        let.countDown();

        assertThat(startupFailed(start).culprits()).containsExactly("bad");
        assertThat(gate.stop(LONG).with(Outcome.NOT_STARTED)).containsExactly("held");
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void stopWhileStartingEndsTheStart() throws Exception {
        Component<Part> db = builder.component("db", journal.part("db"));
        Component<Part> slow =
                builder.component("slow", journal.part("slow", entered, let)).after(db);
        builder.component("next", journal.part("next")).after(slow);
        StartupGate gate = builder.build();
        var start = start(gate);
        entered.await();

        StopReport report = gate.stop(LONG);

        StartupFailed failed = startupFailed(start);
        assertThat(failed.reason()).isEqualTo(Reason.STOPPED);
        assertThat(failed.culprits()).isEmpty();
        assertThat(report.with(Outcome.CLOSED)).containsExactly("db");
        assertThat(report.with(Outcome.START_FAILED)).containsExactly("slow");
        assertThat(report.with(Outcome.NOT_STARTED)).containsExactly("next");
        assertThat(gate.state()).isEqualTo(GateState.STOPPED);
        assertThat(journal.lines()).containsExactly("start db", "start slow", "close db");
    }
}
