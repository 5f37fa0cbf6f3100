// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways in which other systems' timers failed, each shown not to happen here. */
@Timeout(60)
class KnownTimerFailuresTest {

    /** Each test its own: the threads of the one before may still be ending. */
    private final String name = "known-" + UUID.randomUUID();

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration YEARS = Duration.ofDays(36_500);

    private final ManualClock clock = new ManualClock();
    private final HandExecutor executor = new HandExecutor();
    private final AtomicInteger runs = new AtomicInteger();

    // ---- memory and bounds

    @Test
    void aCancelledTimerLeavesMemoryAtOnceThoughItsHandleIsKept() {
        try (Timers timers = start(clock, executor)) {
            List<WeakReference<Runnable>> kept = new ArrayList<>();
            Timer handle = scheduleOwnCallback(timers, kept);

            handle.cancel();

            assertThat(timers.balance().pending()).isZero();
            await().atMost(SOON).until(() -> {
                System.gc();
                return kept.get(0).refersTo(null);
            });
            assertThat(handle.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
        }
    }

    @Test
    void aTimerCancelledWhileItWaitsForABusyWorkerLeavesItsQueue() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        try (Timers timers = Timers.builder(name).workers(1).start()) {
            timers.after(Duration.ZERO, () -> {
                busy.countDown();
                awaitLatch(release);
            });
            assertThat(busy.await(20, SECONDS)).isTrue();
            List<Timer> queued = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                queued.add(timers.after(Duration.ZERO, runs::incrementAndGet));
            }
            await().atMost(SOON).until(() -> queued.stream().allMatch(timer -> timer.state() == TimerState.DUE));

            assertThat(queued).allSatisfy(timer -> assertThat(timer.cancel()).isEqualTo(CancelOutcome.CANCELLED));

            assertThat(timers.balance().pending()).isZero();
            release.countDown();
        }
        assertThat(runs).hasValue(0);
    }

    @Test
    void pendingTimersAreBoundedAndARefusalNamesTheBound() {
        try (Timers timers = Timers.builder(name)
                .clock(clock)
                .executor(executor)
                .maxPending(3)
                .start()) {
            List<Timer> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(timers.after(YEARS, runs::incrementAndGet));
            }

            assertThatThrownBy(() -> timers.after(YEARS, runs::incrementAndGet))
                    .isInstanceOfSatisfying(TimersFullException.class, full -> {
                        assertThat(full.limit()).isEqualTo(3);
                        assertThat(full.timersName()).isEqualTo(name);
                    })
                    .hasMessageContaining("'" + name + "'")
                    .hasMessageContaining("3");

            all.get(1).cancel();
            timers.after(YEARS, runs::incrementAndGet);
            assertThat(timers.balance().pending()).isEqualTo(3);
        }
    }

    @Test
    void everyWayATimerEndsGivesItsPlaceBack() throws InterruptedException {
        AtomicBoolean refusing = new AtomicBoolean();
        Executor sometimes = task -> {
            if (refusing.get()) {
                throw new RejectedExecutionException("full");
            }
            executor.execute(task);
        };
        try (Timers timers = Timers.builder(name)
                .clock(clock)
                .executor(sometimes)
                .maxPending(4)
                .start()) {
            timers.after(Duration.ZERO, runs::incrementAndGet);
            executor.runNext();
            timers.after(Duration.ZERO, () -> {
                throw new AssertionError("on purpose");
            });
            executor.runNext();
            timers.after(Duration.ZERO, runs::incrementAndGet);
            Runnable stale = executor.take();
            Timer due = timers.after(Duration.ZERO, runs::incrementAndGet);
            executor.take();
            due.cancel();
            stale.run();
            CompletableFuture<Timer> self = new CompletableFuture<>();
            self.complete(timers.withFixedDelay(
                    Duration.ZERO, YEARS, () -> self.join().cancel()));
            executor.runNext();
            refusing.set(true);
            Timer refused = timers.after(Duration.ZERO, runs::incrementAndGet);
            await().atMost(SOON).until(() -> refused.state() == TimerState.REJECTED);

            assertThat(timers.balance().pending()).isZero();
            for (int i = 0; i < 4; i++) { // the full number again
                timers.after(YEARS, runs::incrementAndGet);
            }
            assertThatThrownBy(() -> timers.after(YEARS, runs::incrementAndGet))
                    .isInstanceOf(TimersFullException.class);
        }
    }

    // ---- callbacks

    @Test
    void aSlowCallbackDelaysNoOther() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(50);
        try (Timers timers = Timers.builder(name).workers(2).start()) {
            timers.after(Duration.ZERO, () -> awaitLatch(release));
            for (int i = 0; i < 50; i++) {
                timers.after(Duration.ofMillis(i), others::countDown);
            }

            assertThat(others.await(20, SECONDS)).isTrue();
            release.countDown();
        }
    }

    @Test
    void aCallbackThatThrowsEndsNeitherItsTimerNorAThread() throws InterruptedException {
        CountDownLatch third = new CountDownLatch(3);
        try (Timers timers = Timers.builder(name).workers(1).start()) {
            timers.atFixedRate(Duration.ZERO, Duration.ofMillis(1), () -> {
                third.countDown();
                throw new StackOverflowError("on purpose");
            });
            assertThat(third.await(20, SECONDS)).isTrue();
            Thread worker = Threads.named(name + "-timer-").get(0);
            CompletableFuture<Thread> next = new CompletableFuture<>();
            timers.after(Duration.ZERO, () -> next.complete(Thread.currentThread()));

            assertThat(next.join()).isSameAs(worker);
            assertThat(Threads.timing(name).isAlive()).isTrue();
        }
    }

    @Test
    void aOneShotThatThrowsHasFired() throws InterruptedException {
        try (Timers timers = start(clock, executor)) {
            Timer timer = timers.after(Duration.ZERO, () -> {
                throw new IllegalStateException("on purpose");
            });
            executor.runNext();

            assertThat(timer.state()).isEqualTo(TimerState.FIRED);
            assertThat(timer.cancel()).isEqualTo(CancelOutcome.FIRED);
        }
    }

    @Test
    void aCallbackThatLeavesItsThreadInterruptedDoesNotPassThatOn() throws InterruptedException {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        try (Timers timers = Timers.builder(name).workers(1).start()) {
            CountDownLatch release = new CountDownLatch(1);
            timers.after(Duration.ZERO, () -> {
                awaitLatch(release);
                Thread.currentThread().interrupt();
            });
            Timer next = timers.after(
                    Duration.ZERO,
                    () -> interrupted.complete(Thread.currentThread().isInterrupted()));
            await().atMost(SOON).until(() -> next.state() == TimerState.DUE); // so that it is taken at once
            release.countDown();

            assertThat(interrupted.join()).isFalse();
        }
    }

    @Test
    void aPeriodicTimerCancelledInsideItsOwnCallbackNeverRearms() throws InterruptedException {
        try (Timers timers = start(clock, executor)) {
            CompletableFuture<Timer> self = new CompletableFuture<>();
            List<CancelOutcome> outcomes = new ArrayList<>();
            Timer timer = timers.atFixedRate(Duration.ZERO, Duration.ofSeconds(1), () -> {
                runs.incrementAndGet();
                outcomes.add(self.join().cancel());
                outcomes.add(self.join().cancel());
            });
            self.complete(timer);
            executor.runNext();
            clock.advance(Duration.ofHours(1));

            assertThat(outcomes).containsExactly(CancelOutcome.RUNNING, CancelOutcome.RUNNING);
            assertThat(timer.state()).isEqualTo(TimerState.CANCELLED);
            assertThat(timer.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
            timers.after(Duration.ZERO, () -> {});
            executor.runNext(); // the timing thread has been round
            assertThat(executor.isEmpty()).isTrue();
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void aStaleHandleCancelsNobodyElsesTimer() throws InterruptedException {
        try (Timers timers = start(clock, executor)) {
            Timer stale = timers.after(Duration.ZERO, runs::incrementAndGet);
            executor.runNext();
            Timer other = timers.after(Duration.ofSeconds(1), runs::incrementAndGet);

            assertThat(stale.cancel()).isEqualTo(CancelOutcome.FIRED);
            assertThat(stale.reset()).isEqualTo(ResetOutcome.TOO_LATE);

            clock.advance(Duration.ofSeconds(1));
            executor.runNext();
            assertThat(other.state()).isEqualTo(TimerState.FIRED);
            assertThat(runs).hasValue(2);
        }
    }

    @Test
    void runsOfAPeriodicTimerNeverOverlap() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(200);
        try (Timers timers = Timers.builder(name).workers(4).start()) {
            timers.atFixedRate(Duration.ZERO, Duration.ofNanos(1), () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                inside.decrementAndGet();
                enough.countDown();
            });
            assertThat(enough.await(20, SECONDS)).isTrue();
        }
        assertThat(most).hasValue(1);
    }

    // ---- time

    @Test
    void aHugeDelayNeverFiresEarly() throws InterruptedException {
        for (long start : new long[] {0, Long.MAX_VALUE - 5, Long.MIN_VALUE, -1}) {
            ManualClock at = new ManualClock(start);
            try (Timers timers = start(at, executor)) {
                timers.after(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), runs::incrementAndGet);
                timers.atFixedRate(
                        Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE), runs::incrementAndGet);
                timers.after(Duration.ofDays(1), () -> {});
                at.advance(Duration.ofDays(1));
                executor.runNext();
                at.advance(Duration.ofDays(3650));
                timers.after(Duration.ZERO, () -> {});
                executor.runNext();

                assertThat(executor.isEmpty()).isTrue();
                assertThat(timers.balance().pending()).isEqualTo(2);
            }
        }
        assertThat(runs).hasValue(0);
    }

    @Test
    void timersKeepTheirOrderAcrossAClockThatWrapsAround() throws InterruptedException {
        ManualClock wrapping = new ManualClock(Long.MAX_VALUE - 1_000);
        List<Integer> order = new ArrayList<>();
        try (Timers timers = start(wrapping, executor)) {
            timers.after(Duration.ofNanos(3_000), () -> order.add(3)); // after the wrap
            timers.after(Duration.ofNanos(500), () -> order.add(1)); // before it
            timers.after(Duration.ofNanos(1_500), () -> order.add(2));
            timers.atFixedRate(Duration.ofNanos(4_000), Duration.ofNanos(4_000), () -> order.add(4));

            wrapping.advance(Duration.ofNanos(500));
            executor.runNext();
            wrapping.advance(Duration.ofNanos(1_000));
            executor.runNext();
            wrapping.advance(Duration.ofNanos(1_500));
            executor.runNext();
            wrapping.advance(Duration.ofNanos(1_000));
            executor.runNext();
        }
        assertThat(order).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aClockThatJumpsAheadCausesOneRunAndNoBurst() throws InterruptedException {
        try (Timers timers = start(clock, executor)) {
            timers.atFixedRate(Duration.ofSeconds(1), Duration.ofSeconds(1), runs::incrementAndGet);
            clock.advance(Duration.ofHours(10));
            executor.runNext();
            timers.after(Duration.ZERO, () -> {});
            executor.runNext();
            assertThat(executor.isEmpty()).isTrue();

            clock.advance(Duration.ofSeconds(1));
            executor.runNext();
            assertThat(runs).hasValue(2);
        }
    }

    @Test
    void aLaterTimerNeverHidesAnEarlierOne() throws InterruptedException {
        List<Integer> order = new ArrayList<>();
        try (Timers timers = start(clock, executor)) {
            timers.after(Duration.ofSeconds(10), () -> order.add(10));
            clock.awaitWaiters(1, SOON); // asleep until 10
            timers.after(Duration.ofSeconds(20), () -> order.add(20));
            timers.after(Duration.ofSeconds(5), () -> order.add(5));

            clock.advance(Duration.ofSeconds(5));
            executor.runNext();
            clock.advance(Duration.ofSeconds(5));
            executor.runNext();
            clock.advance(Duration.ofSeconds(10));
            executor.runNext();
        }
        assertThat(order).containsExactly(5, 10, 20);
    }

    @Test
    void anExpiryInThePastDoesNotSpin() throws InterruptedException {
        CountingClock counting = new CountingClock(clock);
        try (Timers timers = start(counting, executor)) {
            Timer timer = timers.after(Duration.ofSeconds(-100), runs::incrementAndGet);
            Runnable handedOver = executor.take();
            Thread timing = Threads.timing(name);
            await().atMost(SOON).until(() -> timing.getState() == Thread.State.WAITING);
            long uses = counting.uses();
            clock.advance(Duration.ofHours(1)); // it is long overdue, and still with the executor

            assertThat(timing.getState()).isEqualTo(Thread.State.WAITING);
            assertThat(counting.uses()).isEqualTo(uses).isLessThan(10);
            assertThat(timer.state()).isEqualTo(TimerState.DUE);
            handedOver.run();
        }
        assertThat(runs).hasValue(1);
    }

    @Test
    void manyDueAtOnceDoNotStarveOneAddedLater() throws InterruptedException {
        CountDownLatch late = new CountDownLatch(1);
        AtomicInteger flood = new AtomicInteger();
        try (Timers timers = Timers.builder(name).workers(2).start()) {
            for (int i = 0; i < 8; i++) {
                timers.after(
                        Duration.ZERO,
                        new Runnable() { // each at once again, for as long as the test lasts
                            @Override
                            public void run() {
                                flood.incrementAndGet();
                                if (late.getCount() > 0) {
                                    timers.after(Duration.ZERO, this);
                                }
                            }
                        });
            }
            await().atMost(SOON).until(() -> flood.get() > 100);
            timers.after(Duration.ofMillis(1), late::countDown);

            assertThat(late.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void idleTimersWakeNobody() throws InterruptedException {
        CountingClock counting = new CountingClock(clock);
        try (Timers timers = start(counting, executor)) {
            Thread timing = Threads.timing(name);
            await().atMost(SOON).until(() -> timing.getState() == Thread.State.WAITING);
            long empty = counting.uses();
            clock.advance(Duration.ofDays(1));
            assertThat(counting.uses()).isEqualTo(empty);
        }
    }

    @Test
    void resettingTheOnlyTimerWakesNobody() throws InterruptedException {
        assertThat(usesUntilHandOver(1000)).isEqualTo(usesUntilHandOver(0) + 1000); // each reset reads the clock itself
    }

    /** How often the clock is used until a timer is handed over that is reset so often while the timing thread sleeps. */
    private long usesUntilHandOver(int resets) throws InterruptedException {
        CountingClock counting = new CountingClock(clock);
        BlockingQueue<Long> atHandOver = new LinkedBlockingQueue<>();
        try (Timers timers = start(counting, task -> atHandOver.add(counting.uses()))) {
            Timer timer = timers.after(Duration.ofHours(1), runs::incrementAndGet);
            clock.awaitWaiters(1, SOON);
            long asleep = counting.uses();
            clock.advance(Duration.ofMinutes(59));
            for (int i = 0; i < resets; i++) {
                timer.reset(); // moves it later
            }
            clock.advance(Duration.ofHours(1));
            Long uses = atHandOver.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(uses).isNotNull();
            timer.cancel();
            return uses - asleep;
        }
    }

    @Test
    void aTimingThreadThatIsInterruptedGoesOn() throws InterruptedException {
        try (Timers timers = start(clock, executor)) {
            Thread timing = Threads.timing(name);
            timing.interrupt();
            timers.after(Duration.ofSeconds(1), runs::incrementAndGet);
            clock.awaitWaiters(1, SOON);
            timing.interrupt();
            clock.advance(Duration.ofSeconds(1));
            executor.runNext();

            assertThat(runs).hasValue(1);
            assertThat(timing.isAlive()).isTrue();
        }
    }

    // ---- executors

    @Test
    void aOneShotThatTheExecutorRefusesIsSettledAsRejected() throws InterruptedException {
        Executor refusing = task -> {
            throw new RejectedExecutionException("full, on purpose");
        };
        try (Timers timers = start(clock, refusing)) {
            Timer timer = timers.after(Duration.ZERO, runs::incrementAndGet);
            await().atMost(SOON).until(() -> timer.state() == TimerState.REJECTED);

            assertThat(timer.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
            assertThat(timer.reset()).isEqualTo(ResetOutcome.TOO_LATE);
            assertThat(timers.balance().rejected()).isEqualTo(1);
        }
        assertThat(runs).hasValue(0);
    }

    @Test
    void aPeriodicTimerThatTheExecutorRefusesTriesAgainAPeriodLater() throws InterruptedException {
        AtomicInteger attempts = new AtomicInteger();
        Executor failing = task -> {
            if (attempts.incrementAndGet() <= 2) {
                throw new OutOfMemoryError("on purpose");
            }
            executor.execute(task);
        };
        try (Timers timers = start(clock, failing)) {
            Timer timer = timers.atFixedRate(Duration.ofSeconds(1), Duration.ofSeconds(1), runs::incrementAndGet);
            for (int i = 1; i <= 2; i++) {
                int attempt = i;
                clock.advance(Duration.ofSeconds(1));
                await().atMost(SOON).until(() -> attempts.get() == attempt && timer.state() == TimerState.SCHEDULED);
            }
            clock.advance(Duration.ofSeconds(1));
            executor.runNext();

            assertThat(runs).hasValue(1);
            assertThat(attempts).hasValue(3);
        }
    }

    @Test
    void anExecutorThatRunsOnTheCallingThreadIsRefusedTheTimingThread() {
        try (Timers timers = start(clock, Runnable::run)) {
            Timer timer = timers.after(Duration.ZERO, runs::incrementAndGet);
            await().atMost(SOON).until(() -> timer.state() == TimerState.REJECTED);
            Executor swallowing = task -> {
                try {
                    task.run();
                } catch (RejectedExecutionException e) {
                    return; // keeps it to itself
                }
            };
            try (Timers quiet =
                    Timers.builder("quiet").clock(clock).executor(swallowing).start()) {
                Timer second = quiet.after(Duration.ZERO, runs::incrementAndGet);
                await().atMost(SOON).until(() -> second.state() == TimerState.REJECTED);
            }
        }
        assertThat(runs).hasValue(0);
    }

    @Test
    void anExecutorThatRunsATaskTwiceRunsTheCallbackOnce() throws InterruptedException {
        try (Timers timers = start(clock, executor)) {
            timers.after(Duration.ZERO, runs::incrementAndGet);
            Runnable task = executor.take();
            task.run();
            task.run();
        }
        assertThat(runs).hasValue(1);
    }

    private Timers start(Clock clock, Executor executor) {
        return Timers.builder(name).clock(clock).executor(executor).start();
    }

    private static Timer scheduleOwnCallback(Timers timers, List<WeakReference<Runnable>> kept) {
        Object captured = new Object(); // a lambda that captures something is an object of its own
        Runnable callback = () -> assertThat(captured).isNull();
        kept.add(new WeakReference<>(callback));
        return timers.after(YEARS, callback);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            if (!latch.await(20, SECONDS)) {
                throw new AssertionError("nobody opened the latch");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
