// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.esclusa.coordination.testing.Allocations;
import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A run begins and ends without memory: what allocates nothing cannot run out of it. */
class TimerEngineMemoryTest {

    private static final int ROUNDS = 50;

    /** How the user's clock answers as a run begins, and as it ends. */
    enum Answers {
        THE_TIME,
        THROWS
    }

    private final Logger logger = (Logger) LoggerFactory.getLogger(Timers.class);
    private final ReadClock clock = new ReadClock();
    private final TimerLedger ledger = new TimerLedger("run", 1, clock);
    private final TimerEngine engine = new TimerEngine(
            "run",
            clock,
            ledger,
            Runnable::run,
            null,
            new TimerMetrics(MeterScope.open(TimerMetrics.PREFIX, "thing", "run", null), ledger),
            new TimerLog("run", Clock.system()),
            Thread::new);

    private long allocatedBefore;
    private long allocatedAtFirstReading;
    private long allocatedByCallback;

    /** Lines need memory, and do without; but not here, where each byte counts. */
    @BeforeEach
    void silence() {
        logger.setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        logger.setLevel(null);
    }

    /** Says what the thread had allocated when it was last read. */
    private static final class ReadClock implements Clock {

        private final ManualClock time = new ManualClock();
        private final IllegalStateException broken = new IllegalStateException("on purpose");

        private boolean throwing;
        private long allocatedWhenRead;

        @Override
        public long nanoTime() {
            allocatedWhenRead = Allocations.soFar();
            if (throwing) {
                throw broken;
            }
            return time.nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
            throw new AssertionError("nobody waits here");
        }
    }

    /** Else a callback that has used up the memory leaves its timer RUNNING for ever, and no shutdown ends in time. */
    @ParameterizedTest
    @EnumSource
    void aRunEndsWithoutMemory(Answers answers) {
        assertThat(leastOf(answers, () -> Allocations.soFar() - allocatedByCallback))
                .isZero();
    }

    /** Else it stays DUE: the executor has had its task. What the run needs is asked for while it can be refused. */
    @ParameterizedTest
    @EnumSource
    void aRunNeedsNoMemoryBeforeItCanBeRefused(Answers answers) {
        assertThat(leastOf(answers, () -> allocatedAtFirstReading - allocatedBefore))
                .isZero();
    }

    /** The least of some runs: what is made once in a JVM's life is in the first. */
    private long leastOf(Answers answers, LongSupplier allocated) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            clock.throwing = false;
            ScheduledTimer timer = ledger.schedule(new ScheduledTimer(
                    engine, Cadence.fixedDelay(Duration.ZERO, Duration.ofNanos(1)), this::allocatedByNow));
            assertThat(ledger.pollDue(clock.nanoTime())).isSameAs(timer);
            clock.throwing = answers == Answers.THROWS;
            allocatedBefore = Allocations.soFar();
            engine.run(timer);
            least = Math.min(least, allocated.getAsLong());
            assertThat(timer.cancel()).isEqualTo(CancelOutcome.CANCELLED);
        }
        return least;
    }

    private void allocatedByNow() {
        allocatedAtFirstReading = clock.allocatedWhenRead;
        allocatedByCallback = Allocations.soFar();
    }
}
