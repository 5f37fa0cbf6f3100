// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.policy.Failure;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.Settlement;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ErrorPolicyTest extends PolicyFixture {

    @Test
    void howManyMessagesWereGivenUpIsLoggedAtOnceAndAtTheEnd() throws InterruptedException {
        try (LogLines log = LogLines.open()) {
            Pipeline<Integer> pipeline = builder()
                    .clock(new ManualClock())
                    .batch(4, Duration.ZERO)
                    .sink("sink", batch -> fail())
                    .start();
            submit(pipeline, 1, 2, 3, 4, 5, 6, 7);
            assertThat(drained(pipeline).count(Outcome.FAILED)).isEqualTo(7);
            assertThat(log.with("gave up on a message")).hasSize(2);
            long times = log.with("gave up on a message").stream()
                    .map(line -> Pattern.compile("\\((\\d+) times").matcher(line))
                    .mapToLong(found -> found.find() ? Long.parseLong(found.group(1)) : 1)
                    .sum();
            assertThat(times).isEqualTo(7);
        }
    }

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
        assertThat(settlementOf(1).cause())
                .hasMessageContaining("'sink'")
                .hasMessageContaining("dead-letter")
                .hasCause(thrown)
                .hasSuppressedException(ofTheHandler);
        assertThat(thrown.getSuppressed())
                .as("the user's exception, which may be shared")
                .isEmpty();
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

    /** The same as for what lay in the queues, whatever the worker was about to do with it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAWorkerHandsBackAfterAStopSaysWhy(boolean wasToBeRetried) throws Exception {
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("policies")
                .onSettled(settlement -> {
                    settlements.add(settlement);
                    if (settlement.message() == 3) { // it was queued: the queues are aborted
                        stopped.countDown();
                    }
                })
                .map(
                        "hold",
                        n -> {
                            if (n == 2) {
                                holds.countDown();
                                stopped.await();
                                if (wasToBeRetried) {
                                    fail();
                                }
                            }
                            return n;
                        },
                        stage -> stage.onError(e -> e.retry(retry(2, LONG))))
                .sink(
                        "sink",
                        n -> {
                            go.await();
                            fail();
                        },
                        stage -> stage.workers(1).onError(e -> e.stop()))
                .start();
        submit(pipeline, 1, 2);
        holds.await();
        submit(pipeline, 3);
        go.countDown();
        stopped.await();
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        Throwable why = report.cause().orElseThrow();
        assertThat(settlementOf(2)).isEqualTo(new Settlement<>("main", 2, Outcome.RETURNED, why));
        assertThat(settlementOf(3)).isEqualTo(new Settlement<>("main", 3, Outcome.RETURNED, why));
    }

    @Test
    void aPolicyIsReadFromLeftToRightAndSaysEachThingOnce() {
        RetryConfig config = retry(2, Duration.ZERO);
        assertThatThrownBy(() -> ErrorPolicy.standard().skip().retry(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SKIP");
        assertThatThrownBy(() -> ErrorPolicy.standard().retry(config).retry(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one retry");
        assertThatThrownBy(() -> ErrorPolicy.standard().bisect(e -> true).bisect(e -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one bisect");
        assertThatThrownBy(() -> Pipeline.<Integer>builder("words")
                        .sink(
                                "store",
                                n -> {},
                                stage -> stage.onError(e -> e.retry(config).retry(config))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("pipeline 'words', stage 'store': an error policy has one retry: it was given two");
        assertThatThrownBy(() -> builder().sink("sink", n -> {}, stage -> stage.onError(e -> e.retry(config))
                        .onError(e -> e.skip())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stage 'sink' has an error policy already");
    }

    @Test
    void aCorrectedCallMayFollowARefusedOne() throws InterruptedException {
        PipelineBuilder<Integer, Integer> builder = builder();
        assertThatThrownBy(() -> builder.sink("sink", n -> {}, stage -> stage.workers(0)))
                .isInstanceOf(IllegalArgumentException.class);
        Pipeline<Integer> pipeline = builder.sink("sink", delivered::add).start();
        submit(pipeline, 1);
        assertThat(drained(pipeline).delivered()).isEqualTo(1);
    }

    /** The predicate's own interrupt, a common idiom, must not make the dead-letter handler believe it was interrupted. */
    @Test
    void interruptSetByAPredicateReachesNeitherHandlerNorNextMessage() throws InterruptedException {
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = builder()
                .sink(
                        "sink",
                        n -> {
                            interrupted.add(Thread.currentThread().isInterrupted());
                            fail();
                        },
                        stage -> stage.onError(e -> e.retry(RetryConfig.custom()
                                        .retryOnException(thrown -> {
                                            Thread.currentThread().interrupt();
                                            return false;
                                        })
                                        .build())
                                .deadLetter(failure ->
                                        interrupted.add(Thread.currentThread().isInterrupted()))))
                .start();
        submit(pipeline, 1, 2);
        assertThat(drained(pipeline).count(Outcome.DEAD_LETTERED)).isEqualTo(2);
        assertThat(interrupted).hasSize(4).containsOnly(false);
    }

    /** The flood of failures must not become one of lines, and the line says whose policy is broken. */
    @Test
    void aPolicyThatThrowsAThousandTimesIsLoggedOnceByPipelineAndStage() throws InterruptedException {
        RetryConfig broken = RetryConfig.<Object>custom()
                .maxAttempts(3)
                .retryOnException(e -> {
                    throw new IllegalStateException("a broken predicate, on purpose");
                })
                .build();
        try (LogLines log = LogLines.open()) {
            Pipeline<Integer> pipeline = builder()
                    .clock(clock)
                    .sink("sink", n -> fail(), stage -> stage.onError(e -> e.retry(broken)))
                    .start();
            for (int i = 0; i < 1000; i++) {
                submit(pipeline, i);
            }
            assertThat(drained(pipeline).count(Outcome.FAILED)).isEqualTo(1000);
            assertThat(log.with("predicate"))
                    .allSatisfy(line -> assertThat(line).contains("stage 'sink' of pipeline 'policies'"))
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains("(999 times since");
        }
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
}
