// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that callbacks run on, and what they must not keep. */
@Timeout(60)
class WorkersTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "worker");
        thread.setDaemon(true);
        return thread;
    }

    private void awaitRelease() {
        try {
            assertThat(release.await(20, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private void occupy(Workers workers) throws InterruptedException {
        workers.execute(() -> {
            busy.countDown();
            awaitRelease();
        });
        assertThat(busy.await(20, SECONDS)).isTrue();
    }

    /** It holds no place any more, so that without this the queue grows beyond the bound while a worker hangs. */
    @Test
    void aTimerCancelledOnItsWayToTheWorkersDoesNotStayInTheirQueue() throws InterruptedException {
        TimerLog log = new TimerLog("late");
        Workers workers = new Workers("late", 1, WorkersTest::daemon, log);
        occupy(workers);
        ManualClock clock = new ManualClock();
        TimerLedger ledger = new TimerLedger("late", 1, clock);
        CountDownLatch handedOver = new CountDownLatch(1);
        AtomicReference<CancelOutcome> cancelled = new AtomicReference<>();
        TimerEngine engine = new TimerEngine(
                "late",
                clock,
                ledger,
                task -> {
                    cancelled.set(((Timer) task).cancel());
                    workers.execute(task);
                    handedOver.countDown();
                },
                workers,
                new TimerMetrics(MeterScope.open(TimerMetrics.PREFIX, "late", null), ledger),
                log,
                WorkersTest::daemon);
        engine.start();

        Timer timer = engine.schedule(Cadence.once(Duration.ZERO), () -> {});
        assertThat(handedOver.await(20, SECONDS)).isTrue();

        assertThat(cancelled).hasValue(CancelOutcome.CANCELLED);
        assertThat(timer.state()).isEqualTo(TimerState.CANCELLED);
        await().atMost(SOON).until(() -> workers.queued() == 0);
        release.countDown();
        assertThat(engine.shutdown(SOON).terminated()).isTrue();
    }

    /** An error outside any callback, here of a log that is not even there: as with no memory left. */
    @Test
    @SuppressWarnings("NullAway")
    void aWorkerThatDiesIsReplaced() throws InterruptedException {
        CountDownLatch died = new CountDownLatch(1);
        Workers workers = new Workers(
                "dying",
                1,
                task -> {
                    Thread thread = daemon(task);
                    thread.setUncaughtExceptionHandler((dead, e) -> died.countDown());
                    return thread;
                },
                null);
        workers.execute(() -> {
            throw new OutOfMemoryError("on purpose");
        });
        assertThat(died.await(20, SECONDS)).isTrue();

        release.countDown();
        occupy(workers);
        workers.stop();
    }

    /** A sleeper that is woken for the first of two tasks is not there for the second, which must not wait for the first. */
    @Test
    void twoTasksForOneSleeperFindTwoWorkers() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            List<Thread> threads = new CopyOnWriteArrayList<>();
            Workers workers = new Workers(
                    "two",
                    2,
                    task -> {
                        Thread thread = daemon(task);
                        threads.add(thread);
                        return thread;
                    },
                    new TimerLog("two"));
            workers.execute(() -> {});
            await().atMost(SOON).until(() -> threads.get(0).getState() == Thread.State.WAITING);
            CountDownLatch met = new CountDownLatch(2);
            for (int i = 0; i < 2; i++) { // a task of its own each: one that is queued twice is queued once
                workers.execute(() -> {
                    met.countDown();
                    awaitRelease();
                });
            }
            assertThat(met.await(20, SECONDS)).isTrue();
            workers.stop();
        }
        release.countDown();
    }
}
