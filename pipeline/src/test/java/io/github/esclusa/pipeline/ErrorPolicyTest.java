// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.policy.Failure;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.Settlement;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ErrorPolicyTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** A failure that the data causes. */
    private static final class BadRow extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final ManualClock clock = new ManualClock();
    private final List<Settlement<Integer>> settlements = new CopyOnWriteArrayList<>();
    private final List<Integer> delivered = new CopyOnWriteArrayList<>();
    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();

    @Test
    void skipIsTheDefault() throws InterruptedException {
        IOException thrown = new IOException("on purpose");
        Pipeline<Integer> pipeline = builder()
                .sink("sink", n -> {
                    if (n == 2) {
                        throw thrown;
                    }
                    delivered.add(n);
                })
                .start();
        submit(pipeline, 1, 2, 3);
        DrainReport<Integer> report = drained(pipeline);
        assertThat(delivered).containsExactly(1, 3);
        assertThat(report.count(Outcome.FAILED)).isEqualTo(1);
        assertThat(settlementOf(2)).isEqualTo(new Settlement<>("main", 2, Outcome.FAILED, thrown));
        assertThat(ErrorPolicy.standard().end()).isEqualTo(ErrorPolicy.End.SKIP);
    }

    @Test
    void deadLetterGetsTheStagesOwnInputTheCauseAndTheAttempts() throws InterruptedException {
        IOException thrown = new IOException("on purpose");
        List<Failure<String>> letters = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = builder()
                .map("text", n -> "n" + n)
                .map(
                        "length",
                        (String text) -> {
                            if (text.equals("n2")) {
                                throw thrown;
                            }
                            return text.length();
                        },
                        stage -> stage.onError(
                                e -> e.retry(retry(3, Duration.ZERO)).deadLetter(letters::add)))
                .sink("sink", delivered::add)
                .start();
        submit(pipeline, 1, 2);
        assertThat(drained(pipeline).count(Outcome.DEAD_LETTERED)).isEqualTo(1);
        assertThat(letters).containsExactly(new Failure<>("length", "n2", thrown, 3));
        assertThat(settlementOf(2)).isEqualTo(new Settlement<>("main", 2, Outcome.DEAD_LETTERED, thrown));
    }

    @Test
    void settledAsDeadLetteredOnlyOnceTheHandlerHasReturned() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Pipeline<Integer> pipeline = builder()
                .sink(
                        "sink",
                        n -> fail(),
                        stage -> stage.onError(e -> e.deadLetter(f -> {
                            handling.countDown();
                            goOn.await();
                        })))
                .start();
        submit(pipeline, 1);
        handling.await();
        assertThat(pipeline.settled(Outcome.DEAD_LETTERED)).isZero();
        assertThat(pipeline.inlet("main").inFlight()).isEqualTo(1);
        goOn.countDown();
        assertThat(drained(pipeline).count(Outcome.DEAD_LETTERED)).isEqualTo(1);
    }

    @Test
    void deadLetterHandlerStillRunningAtTheDeadlineLeavesItsMessageUnknown() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        Pipeline<Integer> pipeline = builder()
                .sink(
                        "sink",
                        n -> fail(),
                        stage -> stage.onError(e -> e.deadLetter(f -> {
                            handling.countDown();
                            new CountDownLatch(1).await();
                        })))
                .start();
        submit(pipeline, 1);
        handling.await();
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.balanced()).isTrue();
    }

    @Test
    void handlerThatThrowsLeavesTheMessageFailedWithBothErrors() throws InterruptedException {
        IOException thrown = new IOException("of the sink");
        IOException ofTheHandler = new IOException("of the handler");
        Pipeline<Integer> pipeline = builder()
                .sink(
                        "sink",
                        n -> {
                            throw thrown;
                        },
                        stage -> stage.onError(e -> e.deadLetter(failure -> {
                            throw ofTheHandler;
                        })))
                .start();
        submit(pipeline, 1);
        DrainReport<Integer> report = drained(pipeline);
        assertThat(report.count(Outcome.FAILED)).isEqualTo(1);
        assertThat(report.count(Outcome.DEAD_LETTERED)).isZero();
        assertThat(settlementOf(1).cause()).isSameAs(thrown);
        assertThat(thrown.getSuppressed()).containsExactly(ofTheHandler);
    }

    @Test
    void handlerThatThrowsTheVeryCauseDoesNotSuppressItIntoItself() throws InterruptedException {
        IOException same = new IOException("on purpose");
        Pipeline<Integer> pipeline = builder()
                .sink(
                        "sink",
                        n -> {
                            throw same;
                        },
                        stage -> stage.onError(e -> e.deadLetter(failure -> {
                            throw same;
                        })))
                .start();
        submit(pipeline, 1, 2);
        assertThat(drained(pipeline).count(Outcome.FAILED)).isEqualTo(2);
    }

    @Test
    void deadLetterHandlerIsTriedAgainAsItsOwnRetrySaysAndTheStageIsNot() throws InterruptedException {
        AtomicInteger sinkCalls = new AtomicInteger();
        AtomicInteger handlerCalls = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            sinkCalls.incrementAndGet();
                            fail();
                        },
                        stage -> stage.onError(e -> e.deadLetter(
                                failure -> {
                                    assertThat(failure.attempts()).isEqualTo(1);
                                    if (handlerCalls.incrementAndGet() < 3) {
                                        fail();
                                    }
                                },
                                retry(3, SECOND))))
                .start();
        submit(pipeline, 1);
        for (int i = 1; i < 3; i++) {
            clock.awaitWaiters(1, LONG);
            assertThat(handlerCalls).hasValue(i);
            clock.advance(SECOND);
            int calls = i + 1;
            Awaitility.await().until(() -> handlerCalls.get() == calls);
        }
        assertThat(drained(pipeline).count(Outcome.DEAD_LETTERED)).isEqualTo(1);
        assertThat(sinkCalls).hasValue(1);
    }

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

    /** parallel-consumer 887: one poison record failing its whole batch for ever. */
    @Test
    void bisectFindsTheOnePoisonRecordWhereverItStandsAndItAloneIsDeadLettered() throws InterruptedException {
        for (int size : new int[] {1, 2, 3, 5, 8}) {
            for (int poison = 0; poison < size; poison++) {
                assertThatBisectFinds(size, List.of(poison));
            }
        }
        assertThatBisectFinds(8, List.of(0, 3, 7));
        assertThatBisectFinds(8, List.of(0, 1, 2, 3, 4, 5, 6, 7));
    }

    private void assertThatBisectFinds(int size, List<Integer> poison) throws InterruptedException {
        delivered.clear();
        List<Integer> letters = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = builder()
                .batch(size, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            if (batch.stream().anyMatch(poison::contains)) {
                                throw new BadRow();
                            }
                            delivered.addAll(batch);
                        },
                        stage -> stage.onError(e -> e.retry(retry(99, Duration.ofDays(1)))
                                .bisect(BadRow.class::isInstance)
                                .deadLetter(failure -> letters.add(failure.input()))))
                .start();
        List<Integer> good = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            submit(pipeline, i);
            if (!poison.contains(i)) {
                good.add(i);
            }
        }
        DrainReport<Integer> report = drained(pipeline);
        assertThat(letters).containsExactlyElementsOf(poison);
        assertThat(delivered).containsExactlyElementsOf(good);
        assertThat(report.count(Outcome.DEAD_LETTERED)).isEqualTo(poison.size());
    }

    @Test
    void errorsOfTheTargetAreRetriedAsAWholeThoughTheBatchMayBeBisected() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .batch(4, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            batches.add(List.copyOf(batch));
                            if (batches.size() < 3) {
                                throw new IOException("the target is gone");
                            }
                        },
                        stage -> stage.onError(e -> e.retry(retry(99, SECOND)).bisect(BadRow.class::isInstance)))
                .start();
        submit(pipeline, 1, 2, 3, 4);
        for (int i = 1; i <= 2; i++) {
            int calls = i;
            Awaitility.await().until(() -> batches.size() == calls); // before it, whoever waits waits for the linger
            clock.awaitWaiters(1, LONG);
            clock.advance(SECOND);
        }
        assertThat(drained(pipeline).delivered()).isEqualTo(4);
        assertThat(batches).hasSize(3).containsOnly(List.of(1, 2, 3, 4));
    }

    @Test
    void oneWorkerKeepsOrderThoughTheTargetGoesWhileABatchIsBisected() throws InterruptedException {
        AtomicInteger halves = new AtomicInteger();
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .batch(4, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            if (batch.size() == 4) {
                                throw new BadRow();
                            }
                            if (batch.contains(1) && halves.getAndIncrement() == 0) {
                                throw new IOException("the target is gone");
                            }
                            delivered.addAll(batch);
                        },
                        stage -> stage.onError(e -> e.retry(retry(99, SECOND)).bisect(BadRow.class::isInstance)))
                .start();
        submit(pipeline, 1, 2, 3, 4);
        Awaitility.await().until(() -> halves.get() == 1); // before it, whoever waits waits for the linger
        clock.awaitWaiters(1, LONG);
        assertThat(delivered).isEmpty(); // the second half waits behind the first
        clock.advance(SECOND);
        assertThat(drained(pipeline).delivered()).isEqualTo(4);
        assertThat(delivered).containsExactly(1, 2, 3, 4);
    }

    @Test
    void batchFailureSettlesTheOthersAsDeliveredAndOnlyThoseItNamesByThePolicy() throws InterruptedException {
        IOException second = new IOException("of the second");
        BadRow fourth = new BadRow();
        List<Failure<Integer>> letters = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = builder()
                .batch(4, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            throw new BatchFailure(Map.of(1, second, 3, fourth));
                        },
                        stage -> stage.onError(e -> e.deadLetter(letters::add)))
                .start();
        submit(pipeline, 1, 2, 3, 4);
        DrainReport<Integer> report = drained(pipeline);
        assertThat(report.delivered()).isEqualTo(2);
        assertThat(letters).containsExactly(new Failure<>("sink", 2, second, 1), new Failure<>("sink", 4, fourth, 1));
        assertThat(settlementOf(1).outcome()).isEqualTo(Outcome.DELIVERED);
        assertThat(settlementOf(3).outcome()).isEqualTo(Outcome.DELIVERED);
    }

    @Test
    void whatABatchFailureNamesIsRetriedWithoutTheRest() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .batch(3, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            batches.add(List.copyOf(batch));
                            if (batches.size() == 1) {
                                throw new BatchFailure(Map.of(1, new IOException("busy")));
                            }
                        },
                        stage -> stage.onError(e -> e.retry(retry(3, Duration.ZERO))))
                .start();
        submit(pipeline, 1, 2, 3);
        assertThat(drained(pipeline).delivered()).isEqualTo(3);
        assertThat(batches).containsExactly(List.of(1, 2, 3), List.of(2));
    }

    @Test
    void whatABatchFailureNamesIsRetriedTogetherAndEndsApart() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .batch(6, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            batches.add(List.copyOf(batch));
                            if (batches.size() == 1) {
                                throw new BatchFailure(Map.of(
                                        1, new IOException("busy"), 3, new BadRow(), 4, new IOException("busy")));
                            }
                        },
                        stage -> stage.onError(
                                e -> e.retry(retry(3, Duration.ZERO)).bisect(thrown -> thrown instanceof BadRow)))
                .start();
        submit(pipeline, 1, 2, 3, 4, 5, 6);
        DrainReport<Integer> report = drained(pipeline);
        assertThat(batches).containsExactly(List.of(1, 2, 3, 4, 5, 6), List.of(2, 5));
        assertThat(report.delivered()).isEqualTo(5);
        assertThat(settlementOf(4).outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void batchFailureThatNamesMessagesOutsideTheBatchIsBelievedInNothing() throws InterruptedException {
        for (int index : new int[] {-1, 2, Integer.MAX_VALUE}) {
            settlements.clear();
            BatchFailure wrong = new BatchFailure(Map.of(0, new BadRow(), index, new BadRow()));
            Pipeline<Integer> pipeline = builder()
                    .batch(2, Duration.ofDays(1))
                    .sink("sink", batch -> {
                        throw wrong;
                    })
                    .start();
            submit(pipeline, 1, 2);
            assertThat(drained(pipeline).count(Outcome.FAILED)).isEqualTo(2);
            assertThat(settlementOf(2).cause())
                    .hasMessageContaining("'sink'")
                    .hasMessageContaining("outside")
                    .hasCause(wrong);
        }
    }

    @Test
    void stopReturnsWhatIsQueuedLetsWhatIsRunningFinishAndClosesTheInlets() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        IOException thrown = new IOException("on purpose");
        Pipeline<Integer> pipeline = builder()
                .capacity(4)
                .sink(
                        "sink",
                        n -> {
                            running.countDown();
                            if (n == 1) {
                                running.await();
                                throw thrown;
                            }
                            goOn.await();
                        },
                        stage -> stage.workers(2).onError(e -> e.stop()))
                .start();
        submit(pipeline, 1, 2);
        running.await();
        List<Running<Admission>> producers = new ArrayList<>();
        for (int i = 3; i <= 8; i++) {
            int message = i;
            producers.add(Running.call(() -> pipeline.submit(message)));
        }
        int accepted = 2;
        for (Running<Admission> producer : producers) {
            Admission answer = producer.result(); // none is left hanging
            assertThat(answer).isIn(Admission.ACCEPTED, Admission.CLOSED);
            accepted += answer.accepted() ? 1 : 0;
        }
        Awaitility.await().until(() -> pipeline.state() == PipelineState.FAILED);
        assertThat(pipeline.trySubmit(9)).isEqualTo(Admission.CLOSED);
        assertThat(pipeline.settled(Outcome.DELIVERED)).isZero();
        goOn.countDown();
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.accepted()).isEqualTo(accepted);
        assertThat(report.delivered()).isEqualTo(1);
        assertThat(report.count(Outcome.FAILED)).isEqualTo(1);
        assertThat(report.returned()).hasSize(accepted - 2);
        assertThat(report.unknown()).isEmpty();
        assertThat(report.cause()).get().satisfies(cause -> assertThat(cause)
                .hasMessageContaining("'sink'")
                .hasCause(thrown));
        assertThat(pipeline.state()).isEqualTo(PipelineState.FAILED);
    }

    @Test
    void onePolicyHasOneEnd() {
        assertThatThrownBy(() -> ErrorPolicy.standard().skip().stop())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SKIP")
                .hasMessageContaining("STOP");
    }

    @Test
    void bisectOnAStageOfSingleMessagesIsRefusedByName() {
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p")
                        .map("single", n -> n, stage -> stage.onError(e -> e.bisect(thrown -> true))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'single'");
    }

    private PipelineBuilder<Integer, Integer> builder() {
        return Pipeline.<Integer>builder("policies").onSettled(settlements::add);
    }

    private void failFirst(AtomicInteger calls, int message) throws IOException {
        if (message == 1 && calls.getAndIncrement() == 0) {
            fail();
        }
        delivered.add(message);
    }

    private static void fail() throws IOException {
        throw new IOException("on purpose");
    }

    private static RetryConfig retry(int attempts, Duration interval) {
        return RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalFunction(IntervalFunction.of(Math.max(1, interval.toMillis())))
                .build();
    }

    private static void submit(Pipeline<Integer> pipeline, int... messages) throws InterruptedException {
        for (int message : messages) {
            assertThat(pipeline.submit(message)).isEqualTo(Admission.ACCEPTED);
        }
    }

    private Settlement<Integer> settlementOf(int message) {
        return settlements.stream()
                .filter(settlement -> settlement.message() == message)
                .findFirst()
                .orElseThrow();
    }

    /** Drained in time, balanced, and with no credit left behind. */
    private static DrainReport<Integer> drained(Pipeline<Integer> pipeline) throws InterruptedException {
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.returned()).isEmpty();
        assertThat(report.unknown()).isEmpty();
        assertThat(pipeline.inlet("main").inFlight()).isZero();
        return report;
    }
}
