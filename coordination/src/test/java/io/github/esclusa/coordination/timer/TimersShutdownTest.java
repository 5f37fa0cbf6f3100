// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How timers end: what is handed back, what is waited for, what is given up. */
@Timeout(60)
class TimersShutdownTest {

    /** Each test its own: the threads of the one before may still be ending. */
    private final String name = "end-" + UUID.randomUUID();

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock();
    private final HandExecutor executor = new HandExecutor();
    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    void pendingTimersAreHandedBackAndNeverRun() throws InterruptedException {
        Timers timers = Timers.builder(name).clock(clock).executor(executor).start();
        Timer waiting = timers.after(LONG, runs::incrementAndGet);
        Timer periodic = timers.atFixedRate(LONG, LONG, runs::incrementAndGet);
        Timer due = timers.after(Duration.ZERO, runs::incrementAndGet);
        Runnable handedOver = executor.take();

        TimersReport report = timers.shutdown(SOON);
        handedOver.run();

        assertThat(report.returned()).containsExactlyInAnyOrder(waiting, periodic, due);
        assertThat(report.returned()).allSatisfy(timer -> {
            assertThat(timer.state()).isEqualTo(TimerState.RETURNED);
            assertThat(timer.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
            assertThat(timer.reset()).isEqualTo(ResetOutcome.TOO_LATE);
        });
        assertThat(report.balance()).isEqualTo(new TimerBalance(3, 0, 0, 0, 0, 0, 3, 0));
        assertThat(report.terminated()).isTrue();
        assertThat(report.stuckThreads()).isEmpty();
        assertThat(runs).hasValue(0);
    }

    @Test
    void aRunningCallbackIsWaitedForAndNotInterrupted() throws Exception {
        Timers timers = Timers.builder(name).start();
        AtomicReference<InterruptedException> interrupted = new AtomicReference<>();
        Timer timer = timers.after(Duration.ZERO, () -> {
            begun.countDown();
            try {
                release.await();
                runs.incrementAndGet();
            } catch (InterruptedException e) {
                interrupted.set(e);
            }
        });
        assertThat(begun.await(20, SECONDS)).isTrue();
        CompletableFuture<TimersReport> closing = CompletableFuture.supplyAsync(() -> shutdown(timers, SOON));
        await().atMost(SOON).until(() -> isClosed(timers));
        assertThat(closing).isNotDone();

        release.countDown();
        TimersReport report = closing.get(20, SECONDS);

        assertThat(interrupted).hasNullValue();
        assertThat(runs).hasValue(1);
        assertThat(timer.state()).isEqualTo(TimerState.FIRED);
        assertThat(report.balance()).isEqualTo(new TimerBalance(1, 0, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void aCallbackThatDoesNotComeBackIsUnknownAndItsLateEndChangesNothing() throws Exception {
        Timers timers = Timers.builder(name).start();
        Timer oneShot = timers.after(Duration.ZERO, this::blockUntilReleased);
        Timer periodic = timers.atFixedRate(Duration.ZERO, LONG, this::blockUntilReleased);
        await().atMost(SOON).until(() -> timers.balance().running() == 2);

        TimersReport report = timers.shutdown(Duration.ofMillis(1));

        assertThat(report.balance()).isEqualTo(new TimerBalance(2, 0, 0, 0, 0, 0, 0, 2));
        assertThat(report.terminated()).isTrue();
        assertThat(report.stuckThreads()).hasSize(2).allSatisfy(thread -> assertThat(thread.name())
                .startsWith(name + "-timer-"));
        assertThat(report)
                .asString()
                .contains("0 handed back, terminated, stuck [" + name + "-timer-")
                .containsPattern("-timer-[12] in \\S+, from \\S+TimersShutdownTest\\.awaitLatch");
        assertThat(oneShot.cancel()).isEqualTo(CancelOutcome.RUNNING);
        release.countDown();
        await().atMost(SOON).until(() -> Threads.named(name + "-tim").isEmpty());
        assertThat(oneShot.state()).isEqualTo(TimerState.UNKNOWN);
        assertThat(periodic.state()).isEqualTo(TimerState.UNKNOWN);
        assertThat(timers.balance()).isEqualTo(report.balance());
        assertThat(oneShot.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
        assertThat(periodic.cancel()).isEqualTo(CancelOutcome.ALREADY_CANCELLED);
    }

    /** Such a look may take as long as it likes: here it takes until the callback has come back, which is not unknown then. */
    @Test
    void aThreadOfTheUsersOwnIsLookedAtWithoutTheLock() throws Exception {
        CompletableFuture<Timers> its = new CompletableFuture<>();
        CountDownLatch begunToStay = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Timers timers = Timers.builder(name)
                .executor(task -> new Thread(task, "of the user's") {
                    @Override
                    public StackTraceElement[] getStackTrace() {
                        release.countDown();
                        Timers timers = its.join();
                        await().atMost(SOON).until(() -> timers.balance().running() == 1);
                        return super.getStackTrace();
                    }
                }.start())
                .start();
        its.complete(timers);
        Timer back = timers.after(Duration.ZERO, this::blockUntilReleased);
        Timer stays = timers.after(Duration.ZERO, () -> {
            Thread.currentThread().setName("stays");
            begunToStay.countDown();
            awaitLatch(end);
        });
        assertThat(begun.await(20, SECONDS) && begunToStay.await(20, SECONDS)).isTrue();

        TimersReport report = timers.shutdown(Duration.ofMillis(1));

        assertThat(back.state()).isEqualTo(TimerState.FIRED);
        assertThat(stays.state()).isEqualTo(TimerState.UNKNOWN);
        assertThat(report.stuckThreads()).extracting(StuckThread::name).containsExactly("stays");
        end.countDown();
    }

    @Test
    void aClockThatThrowsToWhoeverClosesKeepsNothingOpen() {
        VictimClock breaking = new VictimClock(clock);
        Timers timers = Timers.builder(name).clock(breaking).executor(executor).start();
        Timer waiting = timers.after(LONG, runs::incrementAndGet);
        breaking.victim = Thread.currentThread();

        assertThatThrownBy(timers::close).hasMessage("on purpose");

        breaking.victim = null;
        assertThat(waiting.state()).isEqualTo(TimerState.RETURNED);
        assertThat(isClosed(timers)).isTrue();
        timers.close();
        await().atMost(SOON).until(() -> Threads.named(name + "-tim").isEmpty());
    }

    @Test
    void aPeriodicTimerRunningAtCloseIsHandedBackWhenItsRunEnds() throws Exception {
        Timers timers = Timers.builder(name).start();
        Timer timer = timers.atFixedRate(Duration.ZERO, Duration.ofNanos(1), this::blockUntilReleased);
        assertThat(begun.await(20, SECONDS)).isTrue();
        CompletableFuture<TimersReport> closing = CompletableFuture.supplyAsync(() -> shutdown(timers, SOON));
        await().atMost(SOON).until(() -> isClosed(timers));
        release.countDown();

        TimersReport report = closing.get(20, SECONDS);

        assertThat(timer.state()).isEqualTo(TimerState.RETURNED);
        assertThat(report.returned()).containsExactly(timer);
        assertThat(report.balanced()).isTrue();
        assertThat(runs).hasValue(1);
    }

    @Test
    void closingTwiceGivesTheSameReport() throws InterruptedException {
        Timers timers = Timers.builder(name).clock(clock).executor(executor).start();
        timers.after(LONG, runs::incrementAndGet);

        TimersReport first = timers.shutdown(SOON);
        timers.close();

        assertThat(timers.shutdown(SOON)).isEqualTo(first);
    }

    @Test
    void closeFromACallbackDoesNotWaitForItselfAndTheLastCallbackCompletesIt() throws Exception {
        Timers timers = Timers.builder(name).workers(2).start();
        CompletableFuture<TimersReport> inside = new CompletableFuture<>();
        timers.after(Duration.ZERO, this::blockUntilReleased);
        assertThat(begun.await(20, SECONDS)).isTrue();
        timers.after(Duration.ZERO, () -> inside.complete(shutdown(timers, LONG)));

        TimersReport report = inside.get(20, SECONDS);
        assertThat(report.terminated()).isFalse();
        assertThat(report.balanced()).isTrue();
        release.countDown();

        await().atMost(SOON).until(() -> Threads.named(name + "-tim").isEmpty());
        TimersReport last = timers.shutdown(Duration.ZERO);
        assertThat(last.terminated()).isTrue();
        assertThat(last.balance()).isEqualTo(new TimerBalance(2, 0, 0, 2, 0, 0, 0, 0));
    }

    @Test
    void anInterruptedShutdownSaysSoAndTheTimersCloseAllTheSame() throws Exception {
        Timers timers = Timers.builder(name).start();
        timers.after(Duration.ZERO, this::blockUntilReleased);
        assertThat(begun.await(20, SECONDS)).isTrue();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> timers.shutdown(LONG)).isInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        timers.close();
        assertThat(Thread.interrupted()).isTrue();

        release.countDown();
        await().atMost(SOON).until(() -> Threads.named(name + "-tim").isEmpty());
        assertThat(timers.shutdown(SOON).balance()).isEqualTo(new TimerBalance(1, 0, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void closeWakesTheTimingThreadAtOnce() {
        Timers timers = Timers.builder(name).clock(clock).executor(executor).start();
        timers.after(LONG, runs::incrementAndGet);
        Thread timing = Threads.timing(name);
        await().atMost(SOON).until(() -> clock.waiters() == 1);

        timers.close(); // the clock stands still

        await().atMost(SOON).until(() -> !timing.isAlive());
    }

    @Test
    void aTimingThreadHeldByTheExecutorIsGivenUpAtTheDeadline() throws Exception {
        Timers timers =
                Timers.builder(name).executor(task -> blockUntilReleased()).start();
        Timer timer = timers.after(Duration.ZERO, runs::incrementAndGet);
        assertThat(begun.await(20, SECONDS)).isTrue();

        TimersReport report = timers.shutdown(Duration.ofMillis(1));

        assertThat(report.stuckThreads()).extracting(StuckThread::name).containsExactly(name + "-timing-1");
        assertThat(timer.state()).isEqualTo(TimerState.RETURNED);
        assertThat(report.balance()).isEqualTo(new TimerBalance(1, 0, 0, 0, 0, 0, 1, 0));
        release.countDown();
        await().atMost(SOON).until(() -> Threads.named(name + "-tim").isEmpty());
    }

    @Test
    void anAddThatRacesCloseIsRefusedOrHandedBack() throws Exception {
        for (int round = 0; round < 100; round++) {
            Timers timers = Timers.builder(name).clock(clock).executor(executor).start();
            CountDownLatch ready = new CountDownLatch(1);
            CompletableFuture<List<Timer>> adding = CompletableFuture.supplyAsync(() -> {
                List<Timer> accepted = new ArrayList<>();
                ready.countDown();
                Optional<Timer> timer = Optional.empty();
                do {
                    timer.ifPresent(accepted::add);
                    timer = addUntilClosed(timers);
                } while (timer.isPresent());
                return accepted;
            });
            assertThat(ready.await(20, SECONDS)).isTrue();

            TimersReport report = timers.shutdown(SOON);

            List<Timer> accepted = adding.get(20, SECONDS);
            // As sets: a slow machine adds very many, and comparing lists in any order takes the square of that.
            assertThat(report.returned()).hasSameSizeAs(accepted);
            assertThat(new HashSet<>(report.returned())).isEqualTo(new HashSet<>(accepted));
            assertThat(report.balanced()).isTrue();
        }
    }

    @Test
    void aBrokenClockFailsTheTimersAndNothingIsLeftPending() {
        CountDownLatch broken = new CountDownLatch(1);
        Timers timers = Timers.builder(name)
                .executor(executor)
                .clock(new BreakingClock(broken))
                .start();
        Timer timer = timers.after(LONG, runs::incrementAndGet);

        Thread timing = Threads.timing(name);
        await().atMost(SOON).until(() -> timing.getState() == Thread.State.TIMED_WAITING);
        broken.countDown();
        timing.interrupt(); // makes it look at the clock

        await().atMost(SOON).until(() -> timer.state() == TimerState.RETURNED);
        assertThatThrownBy(() -> timers.after(LONG, runs::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("failed")
                .cause()
                .hasMessage("on purpose");
        assertThat(timers.balance().balanced()).isTrue();
    }

    /** Else it would run for ever, as far as anybody can see, and never again. */
    @Test
    void aClockThatThrowsAsARunEndsDoesNotEndAPeriodicTimer() throws Exception {
        VictimClock picky = new VictimClock(clock);
        Timers timers = Timers.builder(name).executor(executor).clock(picky).start();
        Timer timer = timers.withFixedDelay(Duration.ZERO, Duration.ofSeconds(1), () -> {
            runs.incrementAndGet();
            picky.victim = Thread.currentThread();
        });

        executor.runNext();

        picky.victim = null;
        assertThat(timer.state()).isEqualTo(TimerState.SCHEDULED);
        clock.advance(Duration.ofSeconds(1));
        executor.runNext();
        assertThat(runs).hasValue(2);
        picky.victim = null;
        timers.close();
    }

    @Test
    void aClockThatThrowsAsARunBeginsDoesNotKeepItFromBeginning() throws Exception {
        VictimClock picky = new VictimClock(clock);
        Timers timers = Timers.builder(name).executor(executor).clock(picky).start();
        Timer timer = timers.after(Duration.ZERO, runs::incrementAndGet);
        Runnable task = executor.take();
        picky.victim = Thread.currentThread();

        task.run();

        picky.victim = null;
        assertThat(timer.state()).isEqualTo(TimerState.FIRED);
        assertThat(runs).hasValue(1);
        timers.close();
    }

    @Test
    void theUsersExecutorIsNotShutDown() throws Exception {
        ExecutorService users = Executors.newSingleThreadExecutor();
        try {
            Timers timers = Timers.builder(name).executor(users).start();
            CountDownLatch ran = new CountDownLatch(1);
            timers.after(Duration.ZERO, ran::countDown);
            assertThat(ran.await(20, SECONDS)).isTrue();

            assertThat(timers.shutdown(SOON).terminated()).isTrue();

            assertThat(users.isShutdown()).isFalse();
            assertThat(users.submit(() -> "alive").get(20, SECONDS)).isEqualTo("alive");
        } finally {
            users.shutdownNow();
        }
    }

    /** A registry that closes the timers once more while their own close removes the meters. */
    @Test
    void closeFromInsideTheLastStepDoesNotWaitForItself() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Timers timers = Timers.builder(name)
                .executor(executor)
                .clock(clock) // it stands: no deadline ends a wait
                .meterRegistry(registry)
                .start();
        registry.config().onMeterRemoved(meter -> timers.close());
        timers.after(LONG, runs::incrementAndGet);
        await().atMost(SOON).until(() -> clock.waiters() == 1); // asleep: the closing thread takes the last step

        CompletableFuture<TimersReport> closing = CompletableFuture.supplyAsync(() -> shutdown(timers, SOON));

        assertThat(closing.get(20, SECONDS).terminated()).isTrue();
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Empty once closed; being full, as an adding thread faster than the closing one may find it, ends no race. */
    private Optional<Timer> addUntilClosed(Timers timers) {
        while (true) {
            try {
                return Optional.of(timers.after(LONG, runs::incrementAndGet));
            } catch (TimersFullException e) {
                Thread.onSpinWait();
            } catch (RejectedExecutionException e) {
                return Optional.empty();
            }
        }
    }

    private void blockUntilReleased() {
        runs.incrementAndGet();
        begun.countDown();
        awaitLatch(release);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("a callback was interrupted", e);
        }
    }

    private static TimersReport shutdown(Timers timers, Duration timeout) {
        try {
            return timers.shutdown(timeout);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isClosed(Timers timers) {
        try {
            timers.after(LONG, () -> {}).cancel();
            return false;
        } catch (RejectedExecutionException e) {
            return true;
        }
    }
}
