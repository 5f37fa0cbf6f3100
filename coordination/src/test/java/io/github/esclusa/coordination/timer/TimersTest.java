// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What timers do, one step at a time: the clock is moved and the executor is served by hand. */
@Timeout(60)
class TimersTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final ManualClock clock = new ManualClock();
    private final HandExecutor executor = new HandExecutor();
    private final AtomicInteger runs = new AtomicInteger();
    private final Timers timers =
            Timers.builder("test").clock(clock).executor(executor).start();

    @AfterEach
    void everyTimerIsAccountedFor() throws InterruptedException {
        TimersReport report = timers.shutdown(SOON);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.balance().isSettled()).as("%s", report).isTrue();
        assertThat(report.terminated()).isTrue();
    }

    @Test
    void runsOnceAtItsMomentAndNotBefore() throws InterruptedException {
        Timer timer = timers.after(Duration.ofSeconds(30), runs::incrementAndGet);

        advance("PT29.999999999S");
        assertThat(timer.state()).isEqualTo(TimerState.SCHEDULED);
        advance("PT0.000000001S");
        executor.runNext();

        assertThat(runs).hasValue(1);
        assertThat(timer.state()).isEqualTo(TimerState.FIRED);
        assertThat(timers.balance()).isEqualTo(new TimerBalance(1, 0, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void zeroAndNegativeDelaysAreDueAtOnce() throws InterruptedException {
        timers.after(Duration.ZERO, runs::incrementAndGet);
        timers.after(Duration.ofSeconds(-5), runs::incrementAndGet);

        executor.runNext();
        executor.runNext();

        assertThat(runs).hasValue(2);
    }

    @Test
    void timersDueTogetherAreHandedOverInTheOrderTheyWereScheduled() throws InterruptedException {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            timers.after(Duration.ofSeconds(1), () -> order.add(number));
        }

        advance("PT1S");
        for (int i = 0; i < 100; i++) {
            executor.runNext();
        }

        assertThat(order).hasSize(100).isSorted();
    }

    @Test
    void cancelTellsTheFourCasesApart() throws InterruptedException {
        AtomicReference<CancelOutcome> inside = new AtomicReference<>();
        CompletableFuture<Timer> self = new CompletableFuture<>();
        Timer fires =
                timers.after(Duration.ofSeconds(1), () -> inside.set(self.join().cancel()));
        self.complete(fires);
        Timer cancelled = timers.after(Duration.ofSeconds(2), runs::incrementAndGet);

        assertThat(cancelled.cancel()).isEqualTo(CancelOutcome.CANCELLED);
        assertThat(cancelled.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
        advance("PT1S");
        executor.runNext();
        assertThat(inside).hasValue(CancelOutcome.RUNNING);
        assertThat(fires.cancel()).isEqualTo(CancelOutcome.FIRED);
        advance("PT5S");
        assertThat(executor.isEmpty()).isTrue();
        assertThat(runs).hasValue(0);
    }

    @Test
    void aTimerThatIsDueIsCancelledUntilItsCallbackBegins() throws InterruptedException {
        Timer timer = timers.after(Duration.ofSeconds(1), runs::incrementAndGet);
        advance("PT1S");
        Runnable handedOver = executor.take();

        assertThat(timer.state()).isEqualTo(TimerState.DUE);
        assertThat(timer.cancel()).isEqualTo(CancelOutcome.CANCELLED);
        handedOver.run();

        assertThat(runs).hasValue(0);
    }

    @Test
    void resetWaitsTheWholeDelayAgain() throws InterruptedException {
        Timer timer = timers.after(Duration.ofSeconds(30), runs::incrementAndGet);

        for (int i = 0; i < 10; i++) {
            advance("PT29S");
            assertThat(timer.reset()).isEqualTo(ResetOutcome.RESET);
        }
        advance("PT29S");
        assertThat(timer.state()).isEqualTo(TimerState.SCHEDULED);
        advance("PT1S");
        executor.runNext();

        assertThat(runs).hasValue(1);
        assertThat(timer.reset()).isEqualTo(ResetOutcome.TOO_LATE);
        assertThat(executor.isEmpty()).isTrue();
    }

    @Test
    void resetToAnEarlierMomentWakesTheTimingThread() throws InterruptedException {
        Timer timer = timers.after(Duration.ofHours(1), runs::incrementAndGet);
        clock.awaitWaiters(1, SOON);

        assertThat(timer.reset(Duration.ZERO)).isEqualTo(ResetOutcome.RESET);
        executor.runNext();

        assertThat(runs).hasValue(1);
    }

    @Test
    void aTimerResetToAfterAnotherLetsThatGoFirst() throws InterruptedException {
        AtomicInteger others = new AtomicInteger();
        Timer timer = timers.after(Duration.ofSeconds(1), runs::incrementAndGet);
        timers.after(Duration.ofSeconds(2), others::incrementAndGet);

        assertThat(timer.reset(Duration.ofSeconds(3))).isEqualTo(ResetOutcome.RESET);
        clock.awaitWaiters(1, SOON);
        advance("PT2S");
        executor.runNext();

        assertThat(others).hasValue(1);
        assertThat(runs).hasValue(0);
    }

    @Test
    void aTimerResetWhileDueDoesNotRunBeforeItsNewMoment() throws InterruptedException {
        Timer timer = timers.after(Duration.ofSeconds(1), runs::incrementAndGet);
        advance("PT1S");
        Runnable stale = executor.take();

        assertThat(timer.reset()).isEqualTo(ResetOutcome.RESET);
        stale.run();
        assertThat(runs).hasValue(0);
        advance("PT1S");
        executor.runNext();
        stale.run();

        assertThat(runs).hasValue(1);
    }

    @Test
    void resetIsTooLateInsideTheCallbackAndAfterCancel() throws InterruptedException {
        AtomicReference<ResetOutcome> inside = new AtomicReference<>();
        CompletableFuture<Timer> self = new CompletableFuture<>();
        self.complete(timers.after(Duration.ZERO, () -> inside.set(self.join().reset())));
        executor.runNext();
        Timer cancelled = timers.after(Duration.ofSeconds(1), runs::incrementAndGet);
        cancelled.cancel();

        assertThat(inside).hasValue(ResetOutcome.TOO_LATE);
        assertThat(cancelled.reset()).isEqualTo(ResetOutcome.TOO_LATE);
    }

    @Test
    void fixedDelayCountsFromTheEndOfARun() throws InterruptedException {
        timers.withFixedDelay(Duration.ofSeconds(1), Duration.ofSeconds(10), () -> {
            runs.incrementAndGet();
            clock.advance(Duration.ofSeconds(4)); // what the run takes
        });

        advance("PT1S");
        executor.runNext();
        advance("PT9.999S");
        assertThat(executor.isEmpty()).isTrue();
        advance("PT0.001S");
        executor.runNext();

        assertThat(runs).hasValue(2);
    }

    @Test
    void fixedRateKeepsToItsPointsHoweverLateARunBegins() throws InterruptedException {
        List<Long> begun = new ArrayList<>();
        timers.atFixedRate(Duration.ofSeconds(10), Duration.ofSeconds(10), () -> begun.add(seconds()));

        advance("PT13S");
        executor.runNext();
        advance("PT7S");
        executor.runNext();
        advance("PT10S");
        executor.runNext();

        assertThat(begun).containsExactly(13L, 20L, 30L);
    }

    @Test
    void fixedRateMakesUpOnceForTheLatestPointMissed() throws InterruptedException {
        List<Long> begun = new ArrayList<>();
        timers.atFixedRate(Duration.ofSeconds(10), Duration.ofSeconds(10), () -> {
            begun.add(seconds());
            if (begun.size() == 1) {
                clock.advance(Duration.ofSeconds(35)); // three points pass during the first run
            }
        });

        advance("PT10S");
        executor.runNext();
        executor.runNext(); // at once, for the point at 40
        advance("PT4S");
        assertThat(executor.isEmpty()).isTrue();
        advance("PT1S");
        executor.runNext();

        assertThat(begun).containsExactly(10L, 45L, 50L);
    }

    @Test
    void aPeriodicTimerResetWaitsAPeriodAndKeepsItsRateFromThere() throws InterruptedException {
        List<Long> begun = new ArrayList<>();
        Timer timer = timers.atFixedRate(Duration.ofSeconds(10), Duration.ofSeconds(10), () -> begun.add(seconds()));

        advance("PT7S");
        assertThat(timer.reset()).isEqualTo(ResetOutcome.RESET);
        advance("PT10S");
        executor.runNext();
        advance("PT10S");
        executor.runNext();

        assertThat(begun).containsExactly(17L, 27L);
    }

    @Test
    void callbacksMayScheduleCancelAndReset() throws InterruptedException {
        Timer other = timers.after(Duration.ofHours(1), runs::incrementAndGet);
        Timer third = timers.after(Duration.ofHours(1), runs::incrementAndGet);
        List<Object> outcomes = new ArrayList<>();
        timers.after(Duration.ZERO, () -> {
            outcomes.add(other.cancel());
            outcomes.add(third.reset(Duration.ZERO));
            timers.after(Duration.ZERO, runs::incrementAndGet);
        });

        executor.runNext();
        executor.runNext();
        executor.runNext();

        assertThat(outcomes).containsExactly(CancelOutcome.CANCELLED, ResetOutcome.RESET);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aPeriodThatIsNotPositiveIsRefusedByName() {
        assertThatThrownBy(() -> timers.atFixedRate(Duration.ZERO, Duration.ZERO, runs::incrementAndGet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("period")
                .hasMessageContaining("PT0S");
        assertThatThrownBy(() -> timers.withFixedDelay(Duration.ZERO, Duration.ofSeconds(-1), runs::incrementAndGet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delay")
                .hasMessageContaining("PT-1S");
        assertThat(timers.balance().scheduled()).isZero();
    }

    @Test
    void schedulingAfterCloseIsRefusedByName() {
        timers.close();

        assertThatThrownBy(() -> timers.after(Duration.ZERO, runs::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("'test'")
                .hasMessageContaining("closed");
        assertThat(timers.balance().scheduled()).isZero();
    }

    private void advance(String by) {
        clock.advance(Duration.parse(by));
    }

    private long seconds() {
        return Duration.ofNanos(clock.nanoTime()).toSeconds();
    }
}
