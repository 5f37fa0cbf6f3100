// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.NoMemory;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ways in which respected pipelines have failed, each with a test that ours does not. Others have theirs where the part
 * is tested: see {@code docs/concurrency/pipeline.md}.
 */
@Timeout(60)
class KnownFailuresTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** disruptor 517: events lost, in most runs. */
    @Test
    void startedFedAndStoppedAtOnceLosesNothing() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            AtomicInteger delivered = new AtomicInteger();
            Pipeline<Integer> pipeline = Pipeline.<Integer>builder("brief")
                    .map("same", n -> n)
                    .map("other", n -> n, stage -> stage.workers(2))
                    .batch(4, Duration.ofDays(1))
                    .sink("count", batch -> delivered.addAndGet(batch.size()))
                    .start();
            for (int i = 0; i < 10; i++) {
                accepted(pipeline.submit(i));
            }
            DrainReport<Integer> report = pipeline.shutdown(LONG);
            assertThat(report.delivered()).isEqualTo(10);
            assertThat(delivered).hasValue(10);
        }
    }

    /** Shutdown that reports success with most events undelivered after one consumer threw. */
    @Test
    void shutdownAfterAWorkerDiedSaysWhatWasNotDelivered() throws Exception {
        DyingClock clock = new DyingClock("dead-");
        Pipeline<Integer> pipeline = withWorkersAboutToDie(clock, 1);
        clock.die();
        for (int i = 1; i <= 5; i++) {
            Admission unused = pipeline.trySubmit(i); // accepted, until the worker is dead
        }
        Awaitility.await().until(() -> pipeline.state() == PipelineState.FAILED);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.cause()).containsSame(clock.error);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.delivered()).isZero();
        assertThat(report.returned()).hasSize((int) report.accepted() - 1);
        assertThat(pipeline.inlet("main").inFlight()).isZero();
    }

    /** disruptor 182, 506; logback's async appender: producers blocked for ever once the consumer has gone. */
    @Test
    void producersBlockedOnAFullInletAreRefusedWhenTheWorkerDies() throws Exception {
        DyingClock clock = new DyingClock("dead-");
        CountDownLatch hold = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("dead")
                .capacity(1)
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            hold.await();
                            throw new IOException("makes the worker ask its clock, on purpose");
                        },
                        stage -> stage.onError(e -> e.retry(RetryConfig.ofDefaults())))
                .start();
        accepted(pipeline.submit(0));
        List<Running<Admission>> producers = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            int message = i;
            producers.add(Running.call(() -> pipeline.submit(message)).awaitParked());
        }
        clock.die();
        hold.countDown();
        for (Running<Admission> producer : producers) {
            assertThat(producer.result()).isEqualTo(Admission.CLOSED);
        }
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.accepted()).isEqualTo(1);
        assertThat(report.balanced()).isTrue();
    }

    /** One thing that throws on the way must not keep the others from hearing: not a second inlet, and not who is behind. */
    @Test
    void everybodyInLineAtEveryInletHearsWhenTheWorkerDiesThoughTheClockThrowsThere() throws Exception {
        DyingClock clock = new DyingClock("dead-");
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("dead")
                .capacity(1)
                .clock(clock)
                .inlet("a")
                .inlet("b")
                .sink(
                        "sink",
                        n -> {
                            running.countDown();
                            hold.await();
                            throw new IOException("makes the worker ask its clock, on purpose");
                        },
                        stage -> stage.onError(e -> e.retry(RetryConfig.ofDefaults())))
                .start();
        accepted(pipeline.inlet("a").submit(0));
        running.await();
        accepted(pipeline.inlet("b").submit(1));
        List<Admission> heard = new CopyOnWriteArrayList<>();
        for (String inlet : List.of("a", "a", "b")) {
            assertThat(pipeline.inlet(inlet).submit(2, heard::add)).isEqualTo(Admission.WAITING);
        }
        Running<Admission> blocked =
                Running.call(() -> pipeline.inlet("b").submit(3)).awaitParked();
        clock.die();
        hold.countDown();
        assertThat(blocked.result()).isEqualTo(Admission.CLOSED);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(heard).containsExactly(Admission.CLOSED, Admission.CLOSED, Admission.CLOSED);
        assertThat(report.unknown()).containsExactly(0);
        assertThat(report.returned()).containsExactly(1);
        assertThat(report.balanced()).isTrue();
    }

    /** A worker killed by an exception, the rest running on as if nothing happened. */
    @Test
    void whenOneWorkerDiesTheOthersEndToo() throws Exception {
        DyingClock clock = new DyingClock("dead-sink-1");
        Pipeline<Integer> pipeline = withWorkersAboutToDie(clock, 3);
        clock.die();
        Awaitility.await().until(() -> {
            Admission unused = pipeline.trySubmit(1); // accepted, until they are dead
            return pipeline.state() == PipelineState.FAILED;
        });
        Awaitility.await().until(() -> threads("dead-").isEmpty());
        assertThat(pipeline.shutdown(LONG).balanced()).isTrue();
    }

    /** Where there is no memory at all, for the death of a worker either: in a JVM of its own. */
    @Test
    void pipelineWhoseMemoryHasRunOutIsClosedAndNobodyWaitsForIt() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoMemory.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** A callback in line is user code, and may block whatever interrupts it. */
    @Test
    void aCallbackInLineThatBlocksDoesNotKeepTheDeadlineFromStoppingTheWorkers() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch callbackRuns = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("blocked-callback")
                .capacity(1)
                .sink("hang", n -> {
                    hangs.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                })
                .start();
        accepted(pipeline.submit(1));
        hangs.await();
        assertThat(pipeline.submit(2, answer -> {
                    callbackRuns.countDown();
                    awaitStubbornly(goOn);
                }))
                .isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofMillis(1)));
        callbackRuns.await();
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        DrainReport<Integer> other = pipeline.shutdownNow(); // does not wait for the callback either
        goOn.countDown();
        assertThat(shutdown.result()).isSameAs(other);
    }

    /** The one that is behind it at another inlet hears late, but not on the thread that has a deadline to keep. */
    @Test
    void aCallbackThatBlocksDoesNotKeepShutdownBeyondItsDeadlineThoughOthersAreBehindIt() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Thread> second = new CompletableFuture<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("behind")
                .inlet("x", inlet -> inlet.capacity(1))
                .inlet("y", inlet -> inlet.capacity(1))
                .sink("hold", n -> goOn.await())
                .start();
        accepted(pipeline.inlet("x").submit(1));
        accepted(pipeline.inlet("y").submit(2));
        assertThat(pipeline.inlet("x").submit(3, answer -> awaitStubbornly(goOn)))
                .isEqualTo(Admission.WAITING);
        assertThat(pipeline.inlet("y").submit(4, answer -> second.complete(Thread.currentThread())))
                .isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofMillis(20)));
        assertThat(shutdown.result().balanced()).isTrue();
        goOn.countDown();
        assertThat(second.get(30, TimeUnit.SECONDS)).isNotSameAs(shutdown.thread());
    }

    @Test
    void aCallbackInLineHearsOfTheCloseAtOnceThoughTheDrainGoesOn() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CompletableFuture<Admission> heard = new CompletableFuture<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("heard-at-once")
                .capacity(1)
                .sink("hold", n -> hold.await())
                .start();
        accepted(pipeline.submit(1));
        assertThat(pipeline.submit(2, heard::complete)).isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofHours(1)));
        assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo(Admission.CLOSED);
        assertThat(shutdown.isDone()).isFalse();
        hold.countDown();
        assertThat(shutdown.result().delivered()).isOne();
    }

    /** disruptor 381: a shutdown that times out without stopping anything. */
    @Test
    void shutdownThatRunsOutOfTimeStopsTheWorkers() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("overdue")
                .map("same", n -> n)
                .sink(
                        "hang",
                        n -> {
                            running.countDown();
                            new CountDownLatch(1).await();
                        },
                        stage -> stage.workers(2))
                .start();
        for (int i = 0; i < 20; i++) {
            accepted(pipeline.submit(i));
        }
        running.await();
        DrainReport<Integer> report = pipeline.shutdown(Duration.ofMillis(1));
        assertThat(report.balanced()).isTrue();
        assertThat(report.delivered()).isZero();
        assertThat(pipeline.state()).isEqualTo(PipelineState.TERMINATED);
        Awaitility.await().until(() -> threads("overdue-").isEmpty());
    }

    /** A message accepted while close runs, never emitted (a bounded source queue: 4 in 25,623). */
    @Test
    void whatIsAcceptedWhileCloseRunsIsDeliveredAndWhatIsNotIsRefused() throws Exception {
        for (int round = 0; round < 300; round++) {
            List<Integer> delivered = Collections.synchronizedList(new ArrayList<>());
            Pipeline<Integer> pipeline = Pipeline.<Integer>builder("closing")
                    .capacity(8)
                    .sink("collect", delivered::add)
                    .start();
            List<Integer> accepted = new CopyOnWriteArrayList<>();
            CountDownLatch submitting = new CountDownLatch(2);
            List<Running<Admission>> producers = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                int from = p * 1_000_000;
                producers.add(Running.call(() -> {
                    for (int i = from; ; i++) {
                        Admission answer = pipeline.submit(i);
                        if (!answer.accepted()) {
                            return answer;
                        }
                        accepted.add(i);
                        submitting.countDown();
                    }
                }));
            }
            submitting.await();
            DrainReport<Integer> report = pipeline.shutdown(LONG);
            for (Running<Admission> producer : producers) {
                assertThat(producer.result()).isEqualTo(Admission.CLOSED);
            }
            assertThat(delivered).containsExactlyInAnyOrderElementsOf(accepted);
            assertThat(report.delivered()).isEqualTo(accepted.size());
            assertThat(report.accepted()).isEqualTo(accepted.size());
        }
    }

    /** logback, log4j2: a late put after the worker exits is lost or hangs. */
    @Test
    void lateSubmissionsAreRefusedAtOnceWhateverThePolicy() throws InterruptedException {
        for (Overflow policy : List.of(Overflow.block(), Overflow.reject(), Overflow.dropOldest())) {
            Pipeline<Integer> pipeline = Pipeline.<Integer>builder("late")
                    .capacity(1)
                    .whenFull(policy)
                    .sink("sink", n -> {})
                    .start();
            accepted(pipeline.submit(1));
            DrainReport<Integer> report = pipeline.shutdown(LONG);
            for (int i = 0; i < 3; i++) {
                assertThat(pipeline.submit(2)).isEqualTo(Admission.CLOSED);
                assertThat(pipeline.trySubmit(2)).isEqualTo(Admission.CLOSED);
                assertThat(pipeline.submit(2, answer -> {
                            throw new AssertionError("answered already");
                        }))
                        .isEqualTo(Admission.CLOSED);
            }
            assertThat(pipeline.settled(Outcome.DELIVERED)).isEqualTo(report.accepted());
        }
    }

    /** The JDK's SubmissionPublisher: close() blocked because another thread's offer holds the lock. */
    @Test
    void shutdownIsNotHeldUpByASubmissionThatIsStuckInUserCode() throws Exception {
        CountDownLatch stuck = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("stuck-submitters")
                .capacity(2)
                .maxWeight(100, n -> {
                    if (n == 7) {
                        stuck.countDown();
                        awaitQuietly(goOn);
                    }
                    return 1;
                })
                .whenFull(Overflow.dropOldest())
                .onSettled(settlement -> {
                    if (settlement.outcome() == Outcome.DROPPED) {
                        stuck.countDown();
                        awaitQuietly(goOn);
                    }
                })
                .sink("hold", n -> new CountDownLatch(1).await())
                .start();
        accepted(pipeline.submit(1));
        Awaitility.await().until(() -> pipeline.inlet("main").queued() == 0);
        accepted(pipeline.submit(2));
        Running<Admission> weighing = Running.call(() -> pipeline.submit(7));
        Running<Admission> dropping = Running.call(() -> pipeline.submit(3));
        stuck.await();
        DrainReport<Integer> report = pipeline.shutdown(Duration.ZERO);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.count(Outcome.DROPPED)).isEqualTo(1);
        goOn.countDown();
        assertThat(weighing.result()).isEqualTo(Admission.CLOSED);
        assertThat(dropping.result()).isEqualTo(Admission.CLOSED);
        assertThat(pipeline.inlet("main").inFlight()).isZero();
    }

    /** reactor 1557, 2236, 3012: a timed batch that overflows instead of pushing back. */
    @Test
    void timedBatchPushesBackHoweverOftenItsTimeRunsOut() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch hold = new CountDownLatch(1);
        AtomicInteger largest = new AtomicInteger();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("timed")
                .capacity(6)
                .clock(clock)
                .batch(3, Duration.ofSeconds(1))
                .sink("hold", batch -> {
                    largest.accumulateAndGet(batch.size(), Math::max);
                    hold.await();
                })
                .start();
        int accepted = 0;
        for (int i = 0; i < 50; i++) {
            Admission answer = pipeline.trySubmit(i);
            assertThat(answer).isEqualTo(i < 6 ? Admission.ACCEPTED : Admission.FULL);
            accepted += answer.accepted() ? 1 : 0;
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(accepted).isEqualTo(6);
        assertThat(pipeline.inlet("main").inFlight()).isEqualTo(6);
        hold.countDown();
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(6);
        assertThat(largest.get()).isLessThanOrEqualTo(3);
    }

    /** logback 788: a stage that submits into its own full pipeline. Also where the callback gets the answer. */
    @Test
    void stageMayStandInLineOfItsOwnFullPipelineByCallback() throws Exception {
        List<Pipeline<Integer>> self = new CopyOnWriteArrayList<>();
        List<Admission> answers = new CopyOnWriteArrayList<>();
        CountDownLatch known = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("self")
                .capacity(1)
                .sink("again", n -> {
                    known.await();
                    if (n < 20) {
                        answers.add(self.get(0).submit(n + 1));
                        answers.add(self.get(0).submit(n + 1, answers::add));
                    }
                })
                .start();
        self.add(pipeline);
        known.countDown();
        accepted(pipeline.submit(0));
        Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 21);
        assertThat(pipeline.shutdown(LONG).accepted()).isEqualTo(21);
        assertThat(Collections.frequency(answers, Admission.FULL)).isEqualTo(20);
        assertThat(Collections.frequency(answers, Admission.WAITING)).isEqualTo(20);
        assertThat(Collections.frequency(answers, Admission.ACCEPTED)).isEqualTo(20);
    }

    /** disruptor 157, 209, 463: producers that poll a full buffer every nanosecond. And nobody else spins either. */
    @Test
    void whoeverWaitsCostsNoProcessorTime() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        AtomicInteger failures = new AtomicInteger();
        RetryConfig inADay = RetryConfig.custom()
                .maxAttempts(9)
                .waitDuration(Duration.ofDays(1))
                .build();
        ManualClock clock = new ManualClock();
        Pipeline<Integer> idle = Pipeline.<Integer>builder("waits-idle")
                .clock(clock)
                .map("same", n -> n)
                .sink("sink", n -> {}, stage -> stage.workers(2))
                .start();
        Pipeline<Integer> lingering = Pipeline.<Integer>builder("waits-lingering")
                .clock(clock)
                .batch(100, Duration.ofDays(1))
                .sink("sink", batch -> {}, stage -> stage.workers(2))
                .start();
        Pipeline<Integer> parked = Pipeline.<Integer>builder("waits-parked")
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            failures.incrementAndGet();
                            throw new IOException("on purpose");
                        },
                        stage -> stage.onError(e -> e.retry(inADay)))
                .start();
        Pipeline<Integer> full = Pipeline.<Integer>builder("waits-full")
                .clock(clock)
                .capacity(1)
                .sink("hold", n -> hold.await())
                .start();
        accepted(lingering.submit(1));
        accepted(parked.submit(1));
        accepted(parked.submit(2));
        accepted(full.submit(1));
        Running<Admission> blocked = Running.call(() -> full.submit(2));
        Awaitility.await().until(() -> failures.get() == 1);
        blocked.awaitParked();

        List<Thread> waiting = threads("waits-");
        waiting.add(blocked.thread());
        assertThat(waiting).hasSize(8);
        awaitAsleep(waiting);
        int onTheClock = clock.waiters();
        long sleepsSoFar = timesAsleep(waiting);
        clock.advance(Duration.ofDays(1).minusNanos(1)); // whoever looks now and then would be due, and off the clock
        assertThat(clock.waiters()).isEqualTo(onTheClock);
        awaitAsleep(waiting);
        assertThat(timesAsleep(waiting)).isEqualTo(sleepsSoFar);
        Thread holdsBack = threads("waits-parked-").get(0);
        long sleeps = timesAsleep(holdsBack);
        for (int i = 0; i < 500; i++) { // and what waits for a retry anyway is not woken for what comes behind it
            assertThat(parked.trySubmit(3)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await().until(() -> isWaiting(holdsBack));
        assertThat(timesAsleep(holdsBack)).isEqualTo(sleeps);
        hold.countDown();
        assertThat(blocked.result()).isEqualTo(Admission.ACCEPTED);
        for (Pipeline<Integer> pipeline : List.of(idle, lingering, full)) {
            assertThat(pipeline.shutdown(LONG).balanced()).isTrue();
        }
        assertThat(parked.shutdownNow().returned()).hasSize(502).contains(1, 2);
    }

    /** Those whose clock dies do so as soon as they decide on a retry. */
    private static Pipeline<Integer> withWorkersAboutToDie(Clock clock, int workers) {
        return Pipeline.<Integer>builder("dead")
                .capacity(10)
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            throw new IOException("makes the worker ask its clock, on purpose");
                        },
                        stage -> stage.workers(workers)
                                .onError(e -> e.retry(
                                        RetryConfig.custom().maxAttempts(1000).build())))
                .start();
    }

    private static List<Thread> threads(String prefix) {
        List<Thread> found = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith(prefix)) {
                found.add(thread);
            }
        }
        return found;
    }

    private static boolean isWaiting(Thread thread) {
        return switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false;
        };
    }

    /** Until all sleep without a time of the machine's: none of them wakes by itself. */
    private static void awaitAsleep(List<Thread> threads) {
        Awaitility.await().atMost(LONG).until(() -> threads.stream()
                .allMatch(thread -> thread.getState() == Thread.State.WAITING));
    }

    private static long timesAsleep(List<Thread> threads) {
        return threads.stream().mapToLong(KnownFailuresTest::timesAsleep).sum();
    }

    private static long timesAsleep(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId()).getWaitedCount();
    }

    private static void awaitStubbornly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // user code that will not be told
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes our own code fail: from {@link #die} on, it throws at the workers of a pipeline. */
    private static final class DyingClock implements Clock {

        private final String workers;
        final AssertionError error = new AssertionError("an error of our own, on purpose");

        /** Set by the test, read by workers. */
        private volatile boolean dying;

        DyingClock(String workers) {
            this.workers = workers;
        }

        void die() {
            dying = true;
        }

        @Override
        public long nanoTime() {
            if (dying && Thread.currentThread().getName().startsWith(workers)) {
                throw error;
            }
            return System.nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            Clock.system().awaitUntil(lock, condition, deadlineNanos);
        }
    }
}
