// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Retries on a manual clock: parked, never slept. */
@Timeout(60)
class RetryPolicyTest extends PolicyFixture {

    private static final String MORE = " failed, and was to be tried again, 1 times more since the last such line";

    @Test
    void oneWorkerKeepsOrderWhileAMessageIsParked() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink("sink", n -> failFirst(calls, n), stage -> stage.onError(e -> e.retry(retry(3, SECOND))))
                .start();
        submit(pipeline, 1, 2, 3);
        clock.awaitWaiters(1, LONG);
        assertThat(delivered).isEmpty();
        assertThat(pipeline.inlet("main").inFlight()).isEqualTo(3);
        clock.advance(SECOND);
        Awaitility.await().until(() -> delivered.size() == 3);
        assertThat(delivered).containsExactly(1, 2, 3);
        assertThat(drained(pipeline).delivered()).isEqualTo(3);
    }

    @Test
    void severalWorkersGoOnWithOthersAndNoneSleepsInARetry() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink("sink", n -> failFirst(calls, n), stage -> stage.workers(2)
                        .onError(e -> e.retry(retry(3, SECOND))))
                .start();
        submit(pipeline, 1);
        clock.awaitWaiters(1, LONG);
        submit(pipeline, IntStream.rangeClosed(2, 100).toArray());
        Awaitility.await().until(() -> delivered.size() == 99);
        assertThat(delivered).doesNotContain(1);
        clock.advance(SECOND);
        Awaitility.await().until(() -> delivered.size() == 100);
        assertThat(drained(pipeline).delivered()).isEqualTo(100);
    }

    /**
     * Parked work is no longer its worker's: another may have taken it through the stage before the first goes on. At any
     * step of that, each message is tried twice and passed on once.
     */
    @Test
    void workThatIsParkedBelongsToWhoeverTakesItNext() throws InterruptedException {
        int messages = 30_000;
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        AtomicInteger passed = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .map(
                        "flaky",
                        n -> {
                            if (seen.add(n)) {
                                throw new IOException("the first time");
                            }
                            return n;
                        },
                        stage -> stage.workers(4).onError(e -> e.retry(retry(2, Duration.ZERO))))
                .sink("count", n -> passed.incrementAndGet(), stage -> stage.workers(1))
                .start();
        for (int i = 0; i < messages; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        DrainReport<Integer> report = drained(pipeline);
        assertThat(report.cause()).isEmpty();
        assertThat(report.delivered()).isEqualTo(messages);
        assertThat(passed).hasValue(messages);
    }

    @Test
    void attemptsCountTheFirstAndThenTheEndIsReached() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .sink(
                        "sink",
                        n -> {
                            calls.incrementAndGet();
                            fail();
                        },
                        stage -> stage.onError(e -> e.retry(retry(4, Duration.ZERO))))
                .start();
        submit(pipeline, 1);
        assertThat(drained(pipeline).count(Outcome.FAILED)).isEqualTo(1);
        assertThat(calls).hasValue(4);
    }

    @Test
    void thatAStageIsTriedAgainIsLoggedAndThatItSucceedsAgain() throws InterruptedException {
        String stage = "stage 'sink' of pipeline 'policies'";
        AtomicInteger calls = new AtomicInteger();
        try (LogLines log = LogLines.open(Level.INFO)) {
            Pipeline<Integer> pipeline = builder()
                    .clock(clock)
                    .sink(
                            "sink",
                            n -> {
                                if (calls.incrementAndGet() != 4 && calls.get() < 6) {
                                    fail();
                                }
                            },
                            stageOf -> stageOf.onError(e -> e.retry(retry(Integer.MAX_VALUE, SECOND))))
                    .start();
            submit(pipeline, 1, 2);
            waitOut(calls, 1, 2, 3, 5); // the second message fails too soon after the first for lines of its own
            assertThat(drained(pipeline).delivered()).isEqualTo(2);
            String line = stage + " failed, and is tried again";
            assertThat(log.with("policies"))
                    .containsExactly(
                            line,
                            stage
                                    + " succeeds again (failed attempts: 3, in 3000 ms; failures in all since the last line: 2)",
                            stage + MORE);
        }
    }

    @Test
    void soAreABatchInPartAndADeadLetterHandlerAndNotWhatIsHandedToThat() throws Exception {
        String stage = "stage 'sink' of pipeline 'policies'";
        AtomicInteger calls = new AtomicInteger();
        clock.advance(SECOND); // who has failed since zero o'clock would be found out
        try (LogLines log = LogLines.open(Level.INFO)) {
            Pipeline<Integer> pipeline = builder()
                    .clock(clock)
                    .batch(2, LONG)
                    .sink(
                            "sink",
                            batch -> {
                                switch (calls.incrementAndGet()) {
                                    case 1 -> throw new BatchFailure(Map.of(1, new IOException("on purpose")));
                                    case 2 -> throw new BatchFailure(Map.of(0, new IOException("on purpose")));
                                    case 4 -> throw new BadRow();
                                    default -> {}
                                }
                            },
                            stageOf -> stageOf.onError(e -> e.retry(retry(9, SECOND))
                                    .bisect(BadRow.class::isInstance)
                                    .deadLetter(
                                            letter -> {
                                                if (calls.incrementAndGet() == 5) {
                                                    fail();
                                                }
                                            },
                                            retry(9, SECOND))))
                    .start();
            submit(pipeline, 1, 2);
            waitOut(calls, 1, 2);
            Awaitility.await().until(() -> calls.get() == 3);
            Running<DrainReport<Integer>> shutdown = Running.call(() -> {
                submit(pipeline, 3);
                return pipeline.shutdown(Duration.ofDays(1));
            });
            Awaitility.await().until(() -> calls.get() == 5);
            clock.awaitWaiters(2, LONG); // the worker, and who shuts down
            clock.advance(SECOND);
            assertThat(shutdown.result().count(Outcome.DEAD_LETTERED)).isEqualTo(1);
            assertThat(log.with("policies"))
                    .containsExactly(
                            stage + " failed, and is tried again",
                            stage
                                    + " succeeds again (failed attempts: 2, in 2000 ms; failures in all since the last line: 1)",
                            "the dead-letter handler of " + stage + " failed, and is tried again",
                            "the dead-letter handler of " + stage
                                    + " succeeds again (failed attempts: 1, in 1000 ms; failures in all since the last line: 0)");
        }
    }

    /** Lets an interval pass after each of these calls, once the worker waits for its end. */
    private void waitOut(AtomicInteger calls, int... failing) throws InterruptedException {
        for (int failed : failing) {
            Awaitility.await().until(() -> calls.get() == failed);
            clock.awaitWaiters(1, LONG);
            clock.advance(SECOND);
        }
    }

    @Test
    void exceptionPredicatesAndIntervalFunctionOfTheRetryAreHonoured() throws InterruptedException {
        List<Integer> asked = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        RetryConfig config = RetryConfig.custom()
                .maxAttempts(10)
                .ignoreExceptions(BadRow.class)
                .intervalFunction(attempt -> {
                    asked.add(attempt);
                    return attempt * 1000L;
                })
                .build();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            if (calls.incrementAndGet() <= 2) {
                                throw new IOException("on purpose");
                            }
                            throw new BadRow();
                        },
                        stage -> stage.onError(e -> e.retry(config)))
                .start();
        submit(pipeline, 1);
        clock.awaitWaiters(1, LONG);
        clock.advance(SECOND);
        Awaitility.await().until(() -> calls.get() == 2);
        clock.awaitWaiters(1, LONG);
        clock.advance(SECOND);
        assertThat(calls).hasValue(2); // the second interval is two seconds
        clock.advance(SECOND);
        assertThat(drained(pipeline).count(Outcome.FAILED)).isEqualTo(1);
        assertThat(calls).hasValue(3);
        assertThat(asked).containsExactly(1, 2);
    }

    /** netty 7760: overflow of a huge delay. Here it would sort before all that is overdue, and hide it. */
    @Test
    void hugeIntervalNeitherFiresEarlyNorHidesWhatIsOverdue() throws InterruptedException {
        CountDownLatch bothRunning = new CountDownLatch(2);
        CountDownLatch letOneFail = new CountDownLatch(1);
        CountDownLatch letThreeGo = new CountDownLatch(1);
        AtomicInteger intervals = new AtomicInteger();
        RetryConfig config = RetryConfig.custom()
                .maxAttempts(2)
                .intervalFunction(attempt -> intervals.getAndIncrement() == 0 ? 1000L : Long.MAX_VALUE)
                .build();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            if (n == 2 && intervals.get() == 0) {
                                fail();
                            }
                            if (n == 1) {
                                bothRunning.countDown();
                                letOneFail.await();
                                fail();
                            }
                            if (n == 3) {
                                bothRunning.countDown();
                                letThreeGo.await();
                            }
                            delivered.add(n);
                        },
                        stage -> stage.workers(2).onError(e -> e.retry(config)))
                .start();
        submit(pipeline, 2);
        clock.awaitWaiters(1, LONG); // 2 is parked
        submit(pipeline, 1, 3);
        bothRunning.await();
        clock.advance(SECOND.multipliedBy(2)); // 2 is overdue, and both workers are busy
        letOneFail.countDown();
        Awaitility.await().until(() -> delivered.contains(2));
        letThreeGo.countDown();
        Awaitility.await().until(() -> delivered.contains(3));
        clock.advance(Duration.ofDays(365));
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.returned()).containsExactly(1);
        assertThat(report.balanced()).isTrue();
    }

    @Test
    void parkedMessageIsReturnedAtTheShutdownDeadline() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink("sink", n -> fail(), stage -> stage.onError(e -> e.retry(retry(99, SECOND))))
                .start();
        submit(pipeline, 1, 2);
        clock.awaitWaiters(1, LONG);
        DrainReport<Integer> report = pipeline.shutdown(Duration.ZERO);
        assertThat(report.returned()).containsExactlyInAnyOrder(1, 2);
        assertThat(report.unknown()).isEmpty();
        assertThat(report.stuckThreads()).isEmpty();
        assertThat(report.balanced()).isTrue();
        assertThat(pipeline.inlet("main").inFlight()).isZero();
    }

    @Test
    void drainGoesOnRetryingUntilItSucceeds() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            if (calls.incrementAndGet() < 5) {
                                fail();
                            }
                            delivered.add(n);
                        },
                        stage -> stage.workers(2).onError(e -> e.retry(retry(99, SECOND))))
                .start();
        submit(pipeline, 1);
        clock.awaitWaiters(1, LONG);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        Awaitility.await().until(() -> {
            clock.advance(SECOND);
            return shutdown.isDone();
        });
        assertThat(shutdown.result().delivered()).isEqualTo(1);
        assertThat(calls).hasValue(5);
    }
}
