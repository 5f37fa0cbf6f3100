// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        TimerLog log = new TimerLog("late", Clock.system());
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
                new TimerMetrics(MeterScope.open(TimerMetrics.PREFIX, "thing", "late", null), ledger),
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

    /** A queue for which there is no memory, so many times. */
    private static final class PoorQueue extends LinkedHashSet<Runnable> {

        private static final long serialVersionUID = 1;

        private final Error error;
        private final AtomicInteger takesWithout = new AtomicInteger();
        private final AtomicBoolean addsWithout = new AtomicBoolean();

        PoorQueue(Error error) {
            this.error = error;
        }

        @Override
        public Iterator<Runnable> iterator() {
            if (takesWithout.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw error;
            }
            return super.iterator();
        }

        /** As a table that cannot grow: what is added is in it by then. */
        @Override
        public boolean add(Runnable task) {
            boolean added = super.add(task);
            if (addsWithout.get()) {
                throw error;
            }
            return added;
        }
    }

    /** A timer that is DUE may be in the queue, and no other thread comes to it before another timer happens to be due. */
    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class})
    void theOnlyWorkerGoesOnWhenItFindsNoMemoryToTakeATask(Class<? extends Error> kind) throws Exception {
        PoorQueue queue = new PoorQueue(kind.getConstructor(String.class).newInstance("on purpose"));
        AtomicInteger threads = new AtomicInteger();
        Workers workers = new Workers(
                "poor",
                1,
                task -> {
                    threads.incrementAndGet();
                    return daemon(task);
                },
                new TimerLog("poor", Clock.system()),
                queue);
        occupy(workers);
        CountDownLatch ran = new CountDownLatch(1);
        queue.takesWithout.set(2);
        workers.execute(ran::countDown);
        release.countDown();

        assertThat(ran.await(20, SECONDS)).isTrue();
        assertThat(threads).hasValue(1);
        workers.stop();
    }

    /** As with no memory for the words of a line; the log here is not even there. */
    @Test
    @SuppressWarnings("NullAway")
    void theOnlyWorkerOutlivesItsLog() throws InterruptedException {
        Workers workers = new Workers("speechless", 1, WorkersTest::daemon, null);
        workers.execute(() -> {
            throw new OutOfMemoryError("on purpose");
        });
        release.countDown();
        occupy(workers);
        workers.stop();
    }

    /** Else it would be run all the same, or stay: it is refused, and holds no place from then on. */
    @Test
    void aTaskForWhichThereIsNoMemoryIsNotInTheQueue() throws InterruptedException {
        OutOfMemoryError noMemory = new OutOfMemoryError("on purpose");
        PoorQueue queue = new PoorQueue(noMemory);
        Workers workers = new Workers("poor", 1, WorkersTest::daemon, new TimerLog("poor", Clock.system()), queue);
        occupy(workers);
        queue.addsWithout.set(true);

        assertThatThrownBy(() -> workers.execute(() -> {})).isSameAs(noMemory);

        assertThat(workers.queued()).isZero();
        assertThat(queue).isEmpty();
        release.countDown();
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
                    new TimerLog("two", Clock.system()));
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
