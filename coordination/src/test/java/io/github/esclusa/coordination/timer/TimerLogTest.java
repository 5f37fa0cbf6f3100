// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.testing.BrokenLog;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** A log that throws at every line, wherever timers write one: they all run, and the places are given back. */
@Timeout(60)
class TimerLogTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int PLACES = 2;
    private static final String PREFIX = TimerLogTest.class.getName();

    private final ManualClock clock = new ManualClock();
    private final HandExecutor executor = new HandExecutor();
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final BrokenLog log = BrokenLog.of(Timers.class, Level.DEBUG); // there are warnings and errors only

    @AfterEach
    void mend() {
        log.close();
    }

    private final Executor sometimes = task -> {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new RejectedExecutionException("on purpose");
        }
        executor.execute(task);
    };

    private Timers.Builder timers() {
        return Timers.builder("told").clock(clock).executor(sometimes).maxPending(PLACES);
    }

    private void takeFullCapacityAgainAndClose(Timers timers) throws InterruptedException {
        assertThat(timers.balance().pending()).isZero();
        int before = runs.get();
        for (int i = 0; i < PLACES; i++) {
            timers.after(Duration.ZERO, runs::incrementAndGet);
        }
        assertThatThrownBy(() -> timers.after(Duration.ZERO, runs::incrementAndGet))
                .isInstanceOf(TimersFullException.class);
        for (int i = 0; i < PLACES; i++) {
            executor.runNext();
        }
        assertThat(runs).hasValue(before + PLACES);
        TimersReport report = timers.shutdown(SOON);
        assertThat(report.terminated()).isTrue();
        assertThat(report.balanced()).isTrue();
        assertThat(report.balance().unknown()).isZero();
    }

    @Test
    void callbackThatThrowsHasRun() throws InterruptedException {
        Timers timers = timers().start();
        Timer timer = timers.withFixedDelay(Duration.ZERO, SECOND, () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("on purpose");
        });
        executor.runNext();
        clock.advance(SECOND);
        executor.runNext();

        assertThat(runs).hasValue(2);
        assertThat(timer.cancel()).isEqualTo(CancelOutcome.CANCELLED);
        log.requireLinesWith(
                "a callback of timers 'told' threw; the timers go on: with a fixed delay of PT1S, " + PREFIX);
        log.requireLines(1); // the second came too soon
        clock.advance(Duration.ofSeconds(10));
        for (int i = 0; i < 2; i++) {
            timers.after(Duration.ZERO, () -> {
                throw new IllegalStateException("on purpose");
            });
            executor.runNext();
        }
        log.requireLinesWith("(2 times since the last such line)");
        log.requireLines(2);
        takeFullCapacityAgainAndClose(timers);
        log.requireLinesWith("(1 times since the last such line)"); // the rest, at the end
    }

    @Test
    void callbackThatThrowsAfterTheEndIsToldOf() throws Exception {
        Timers timers = timers().start();
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < PLACES; i++) {
            timers.after(Duration.ZERO, () -> {
                awaitLatch(release);
                throw new IllegalStateException("on purpose");
            });
        }
        Thread first = daemon(executor.take());
        first.start();
        Thread second = daemon(executor.take());
        second.start();
        await().atMost(SOON).until(() -> timers.balance().running() == PLACES);
        assertThat(timers.shutdown(Duration.ZERO).balance().unknown()).isEqualTo(PLACES);

        release.countDown();
        first.join(SOON.toMillis());
        second.join(SOON.toMillis());

        log.requireLinesWith("the timers go on: once", "(1 times since the last such line)");
        log.requireLines(2);
    }

    @Test
    void refusedTimersAreSettledOrTriedAgain() throws InterruptedException {
        Timers timers = timers().start();
        refusals.set(1);
        Timer oneShot = timers.after(Duration.ZERO, runs::incrementAndGet);
        await().atMost(SOON).until(() -> oneShot.state() == TimerState.REJECTED);
        refusals.set(1);
        Timer periodic = timers.withFixedDelay(Duration.ZERO, SECOND, runs::incrementAndGet);
        await().atMost(SOON).until(() -> refusals.get() == 0);
        await().atMost(SOON).until(() -> periodic.state() == TimerState.SCHEDULED);
        clock.advance(SECOND);
        executor.runNext();

        assertThat(runs).hasValue(1);
        assertThat(periodic.cancel()).isEqualTo(CancelOutcome.CANCELLED);
        log.requireLinesWith("refused a one-shot timer", "refused a periodic timer");
        takeFullCapacityAgainAndClose(timers);
    }

    @Test
    void clockThatThrowsAsARunEndsDoesNotKeepItFromEnding() throws InterruptedException {
        VictimClock picky = new VictimClock(clock);
        Timers timers = timers().clock(picky).start();
        Timer timer = timers.after(Duration.ZERO, () -> picky.victim = Thread.currentThread());
        executor.runNext();
        picky.victim = null;

        assertThat(timer.state()).isEqualTo(TimerState.FIRED);
        log.requireLinesWith("the clock of timers 'told' threw");
        takeFullCapacityAgainAndClose(timers);
    }

    @Test
    void timersWhoseTimingThreadFailsHandBackWhatTheyHad() throws InterruptedException {
        VictimClock picky = new VictimClock(clock);
        Timers timers = timers().clock(picky).start();
        Timer waiting = timers.after(SOON, runs::incrementAndGet);
        clock.awaitWaiters(1, SOON);
        picky.victim = Threads.timing("told");
        Timer earlier = timers.after(SECOND, runs::incrementAndGet); // makes it look at the clock

        await().atMost(SOON).until(() -> waiting.state() == TimerState.RETURNED);
        assertThat(earlier.state()).isEqualTo(TimerState.RETURNED);
        TimersReport report = timers.shutdown(SOON);
        assertThat(report.terminated()).isTrue();
        assertThat(report.cause()).isNotNull();
        assertThat(report).asString().contains("FAILED of ");
        log.requireLinesWith("the timing thread of timers 'told' failed");
    }

    /** One that died of its log would be replaced by a second, or leave what is queued to nobody. */
    @Test
    void workerGoesOnAfterAnErrorOutsideAnyCallback() throws InterruptedException {
        AtomicInteger threads = new AtomicInteger();
        Workers workers = new Workers(
                "told",
                1,
                task -> {
                    threads.incrementAndGet();
                    return daemon(task);
                },
                new TimerLog("told", Clock.system()));
        CountDownLatch next = new CountDownLatch(1);
        workers.execute(() -> {
            throw new OutOfMemoryError("on purpose");
        });
        workers.execute(next::countDown);

        assertThat(next.await(20, SECONDS)).isTrue();
        assertThat(threads).hasValue(1);
        log.requireLinesWith("a worker of timers 'told' goes on");
        workers.stop();
    }

    /** It is queued: an exception from here would say that it was refused, and it would run all the same. */
    @Test
    void taskForWhichThereIsNoSecondThreadIsLeftToTheFirst() throws InterruptedException {
        AtomicInteger threads = new AtomicInteger();
        Workers workers = new Workers(
                "told",
                2,
                task -> {
                    if (threads.incrementAndGet() > 1) {
                        throw new OutOfMemoryError("on purpose");
                    }
                    return daemon(task);
                },
                new TimerLog("told", Clock.system()));
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch next = new CountDownLatch(1);
        workers.execute(() -> awaitLatch(release));
        workers.execute(next::countDown);
        release.countDown();

        assertThat(next.await(20, SECONDS)).isTrue();
        log.requireLinesWith("a worker of timers 'told' goes on");
        workers.stop();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "told");
        thread.setDaemon(true);
        return thread;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
