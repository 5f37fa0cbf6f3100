// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.Journal.Part;
import io.github.esclusa.coordination.startup.StopReport.Outcome;
import io.github.esclusa.coordination.testing.BrokenLog;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

/** A log that throws at every line, wherever a gate writes one: it starts, rolls back and stops as it would, and reports. */
@Timeout(60)
class GateLogTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        let.countDown();
    }

    private StartupGate.Builder gate() {
        return StartupGate.builder("told").clock(clock);
    }

    private static Background<Boolean> start(StartupGate gate) {
        return Background.call(() -> {
            gate.start(LONG);
            return true;
        });
    }

    private static BrokenLog broken(Level level) {
        return BrokenLog.of(StartupGate.class, level);
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void gateStartsLetsThreadsThroughAndStops(Level level) throws Exception {
        try (BrokenLog log = broken(level)) {
            StartupGate.Builder builder = gate();
            Component<Part> db = builder.component("db", journal.part("db"));
            builder.component("listener", journal.part("listener", entered, let))
                    .after(db);
            StartupGate gate = builder.build();
            var start = start(gate);
            entered.await();
            var waiter = Background.call(() -> gate.awaitReady(LONG));
            clock.awaitWaiters(2, LONG);
            let.countDown();

            assertThat(start.get()).isTrue();
            assertThat(waiter.get()).isTrue();
            assertThat(gate.stop(LONG).with(Outcome.CLOSED)).containsExactly("db", "listener");
            if (level == Level.DEBUG) {
                log.requireLinesWith("waits for gate", "is ready after", "gate 'told' is ready");
                await().untilAsserted(() -> log.requireLinesWith("is closed", "gate 'told' is closed, in"));
            }
        }
        assertThat(journal.lines()).containsExactly("start db", "start listener", "close listener", "close db");
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void failedStartRollsBackAndNamesTheCulprit(Level level) throws Exception {
        try (BrokenLog log = broken(level)) {
            StartupGate.Builder builder = gate();
            Component<Part> db = builder.component("db", journal.part("db"));
            builder.component("brittle", () -> (AutoCloseable) () -> {
                        throw new IllegalStateException("from a close, on purpose");
                    })
                    .after(db);
            builder.component("failing", () -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .after(db);
            var start = start(builder.build());

            assertThat(start.failure()).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.culprits())
                    .containsExactly("failing"));
            await().untilAsserted(() -> log.requireLinesWith("gate 'told' did not start: component 'failing' failed"));
            if (level == Level.DEBUG) {
                await().untilAsserted(() -> log.requireLinesWith("failed to start"));
            }
        }
        assertThat(journal.lines()).containsExactly("start db", "close db");
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void whatComesLateThrowsOrHangsIsClosedAndReported(Level level) throws Exception {
        try (BrokenLog log = broken(level)) {
            StartupGate.Builder builder = gate();
            Component<Part> db = builder.component("db", journal.part("db"));
            Component<AutoCloseable> brittle = builder.component("brittle", () -> () -> {
                throw new IllegalStateException("from a close, on purpose");
            });
            ForeignChannel throwing = new ForeignChannel(() -> {
                throw new IllegalStateException("from an interrupt, on purpose");
            });
            builder.component("late", () -> {
                        throwing.operate(entered, let);
                        return journal.part("late").call();
                    })
                    .after(db, brittle);
            StartupGate gate = builder.build();
            var start = start(gate);
            entered.await();
            var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
            await().untilAsserted(() -> log.requireLinesWith("what answers an interrupt"));
            clock.awaitWaiters(1, LONG);
            clock.advance(Duration.ofSeconds(9)); // nine tenths: the others are closed in the rest

            StopReport report = stop.get();
            assertThat(report.with(Outcome.UNFINISHED)).containsExactly("late");
            assertThat(report.with(Outcome.CLOSE_FAILED)).containsExactly("brittle");
            assertThat(report.with(Outcome.CLOSED)).containsExactly("db");
            assertThat(start.failure()).isInstanceOf(StartupFailed.class);
            let.countDown();
            await().until(() -> journal.lines().contains("close late"));
            await().untilAsserted(() ->
                    log.requireLinesWith("is not waited for", "threw from close()", "arrived after", "not cleanly"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void clockThatThrowsIsReplaced(Level level) throws Exception {
        BreakableClock breakable = new BreakableClock();
        try (BrokenLog log = broken(level)) {
            StartupGate.Builder builder = gate().clock(breakable);
            builder.component("db", journal.part("db", entered, let));
            StartupGate gate = builder.build();
            var start = start(gate);
            entered.await();
            breakable.broken = true;
            let.countDown();

            assertThat(start.get()).isTrue();
            assertThat(gate.stop(LONG).clean()).isTrue();
            log.requireLinesWith("the clock of gate 'told' threw");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void leaderThatFailsStillBeginsEveryClose(Level level) throws Exception {
        try (BrokenLog log = broken(level)) {
            StartupGate.Builder builder = gate().threadFactory(task -> new Thread(task) {
                @Override
                public StackTraceElement[] getStackTrace() {
                    throw new OutOfMemoryError("on purpose");
                }
            });
            Component<Part> db = builder.component("db", journal.part("db"));
            builder.component("hung", () -> journal.stuckInClose("hung", entered, let))
                    .after(db);
            StartupGate gate = builder.build();
            gate.start(LONG);
            var stop = Background.call(() -> gate.stop(Duration.ofSeconds(10)));
            entered.await();
            clock.awaitWaiters(1, LONG);
            clock.advance(Duration.ofSeconds(9));

            assertThat(stop.get().with(Outcome.UNFINISHED)).contains("hung");
            await().until(() -> db.state() == ComponentState.CLOSED);
            log.requireLinesWith("a step in tearing down gate 'told' failed");
        }
    }
}
