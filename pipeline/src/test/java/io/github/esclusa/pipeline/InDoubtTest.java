// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What failed without a word on whether it was applied is not handed back as if it had not been. */
@Timeout(60)
class InDoubtTest extends PolicyFixture {

    private static final Duration NEVER = Duration.ofDays(1);

    /** The target may have applied what it was given. */
    private static final class LostAnswer extends Exception {
        private static final long serialVersionUID = 1;
    }

    private static ErrorPolicy<Integer> retryingInDoubt(ErrorPolicy<Integer> policy) {
        return policy.retry(retry(99, SECOND)).inDoubt(LostAnswer.class::isInstance);
    }

    /** A worker that hands back itself what it holds tells of it, and gives the credit back, after the report counts it. */
    private DrainReport<Integer> ended(Pipeline<Integer> pipeline) {
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.balanced()).as("%s", report).isTrue();
        Awaitility.await().until(() -> pipeline.inlet("main").inFlight() == 0);
        return report;
    }

    private void assertSettled(Outcome outcome, int... messages) {
        for (int message : messages) {
            assertThat(settlementOf(message).outcome()).as("%s", message).isEqualTo(outcome);
        }
    }

    /** The second attempt is known to have failed, and says nothing about the first. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aBatchWhoseAnswerWasLostIsUnknownThoughItsRetryFails(int workers) throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .batch(2, NEVER)
                .sink(
                        "sink",
                        batch -> {
                            batches.add(batch);
                            if (batches.size() == 1) {
                                throw new LostAnswer();
                            }
                            fail();
                        },
                        stage -> stage.workers(workers).onError(InDoubtTest::retryingInDoubt))
                .start();
        submit(pipeline, 1, 2);
        Awaitility.await().until(() -> {
            clock.advance(SECOND);
            return batches.size() > 2; // so the second attempt is over
        });
        boolean staysBehind = workers == 1; // a second worker may begin with it as the inlets close
        if (staysBehind) {
            submit(pipeline, 3);
        }
        DrainReport<Integer> report = ended(pipeline);
        assertThat(report.unknown()).containsExactlyInAnyOrder(1, 2);
        assertSettled(Outcome.UNKNOWN, 1, 2);
        if (staysBehind) {
            assertThat(report.returned()).containsExactly(3);
            assertSettled(Outcome.RETURNED, 3);
        }
    }

    @Test
    void aMessageThatPassesInTheEndIsDelivered() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> {
                            delivered.add(n);
                            if (delivered.size() == 1) {
                                throw new LostAnswer();
                            }
                        },
                        stage -> stage.onError(InDoubtTest::retryingInDoubt))
                .start();
        submit(pipeline, 1);
        clock.awaitWaiters(1, LONG);
        clock.advance(SECOND);
        assertThat(drained(pipeline).delivered()).isEqualTo(1);
        assertSettled(Outcome.DELIVERED, 1);
    }

    @Test
    void ofABatchFailureEachCauseIsAskedForItself() throws InterruptedException {
        CountDownLatch tried = new CountDownLatch(1);
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .batch(3, NEVER)
                .sink(
                        "sink",
                        batch -> {
                            tried.countDown();
                            throw new BatchFailure(Map.of(0, new LostAnswer(), 1, new IOException("refused")));
                        },
                        stage -> stage.onError(InDoubtTest::retryingInDoubt))
                .start();
        submit(pipeline, 1, 2, 3);
        tried.await(); // who lingers over an unfinished batch waits on the clock as well
        clock.awaitWaiters(1, LONG);
        DrainReport<Integer> report = ended(pipeline);
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.returned()).containsExactly(2);
        assertSettled(Outcome.UNKNOWN, 1);
        assertSettled(Outcome.RETURNED, 2);
        assertSettled(Outcome.DELIVERED, 3);
    }

    /** Nothing of it is believed, so nobody knows what was applied. */
    @Test
    void ofABatchFailureThatNamesMessagesOutsideTheBatchAllAreInDoubt() throws InterruptedException {
        CountDownLatch tried = new CountDownLatch(1);
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .batch(2, NEVER)
                .sink(
                        "sink",
                        batch -> {
                            tried.countDown();
                            throw new BatchFailure(Map.of(0, new IOException("refused"), 7, new LostAnswer()));
                        },
                        stage -> stage.onError(InDoubtTest::retryingInDoubt))
                .start();
        submit(pipeline, 1, 2);
        tried.await(); // who lingers over an unfinished batch waits on the clock as well
        clock.awaitWaiters(1, LONG);
        assertThat(ended(pipeline).unknown()).containsExactly(1, 2);
    }

    @Test
    void aStageThatSucceedsEndsTheDoubt() throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .map(
                        "enrich",
                        n -> {
                            delivered.add(n);
                            if (n == 2 && delivered.size() == 2) {
                                throw new LostAnswer();
                            }
                            return n;
                        },
                        stage -> stage.onError(InDoubtTest::retryingInDoubt))
                .sink(
                        "sink",
                        n -> {
                            holding.countDown();
                            new CountDownLatch(1).await();
                        },
                        stage -> stage.workers(1))
                .start();
        submit(pipeline, 1);
        holding.await();
        submit(pipeline, 2);
        Awaitility.await().until(() -> {
            clock.advance(SECOND);
            return delivered.size() == 3;
        });
        clock.awaitWaiters(0, LONG);
        DrainReport<Integer> report = ended(pipeline);
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.returned()).containsExactly(2);
    }

    @Test
    void aDeadLetterMayHaveBeenWrittenAsWell() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> fail(),
                        stage -> stage.onError(e -> e.inDoubt(LostAnswer.class::isInstance)
                                .deadLetter(
                                        failure -> {
                                            throw new LostAnswer();
                                        },
                                        retry(99, SECOND))))
                .start();
        submit(pipeline, 1);
        clock.awaitWaiters(1, LONG);
        assertThat(ended(pipeline).unknown()).containsExactly(1);
        assertSettled(Outcome.UNKNOWN, 1);
    }

    /** The second half of a batch that was halved is still in the worker's hand when the first stops the pipeline. */
    @Test
    void whatAWorkerHandsBackIsUnknown() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .batch(2, NEVER)
                .sink(
                        "sink",
                        batch -> {
                            throw new LostAnswer();
                        },
                        stage -> stage.onError(e -> e.inDoubt(thrown -> true)
                                .bisect(LostAnswer.class::isInstance)
                                .stop()))
                .start();
        submit(pipeline, 1, 2);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.count(Outcome.FAILED)).isEqualTo(1);
        assertThat(report.unknown()).containsExactly(2);
        assertSettled(Outcome.UNKNOWN, 2);
    }

    @Test
    void ifThePolicyThrowsNobodyKnows() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .clock(clock)
                .sink(
                        "sink",
                        n -> fail(),
                        stage -> stage.onError(e -> e.retry(retry(99, SECOND)).inDoubt(thrown -> {
                            throw new IllegalStateException("on purpose");
                        })))
                .start();
        submit(pipeline, 1);
        clock.awaitWaiters(1, LONG);
        assertThat(ended(pipeline).unknown()).containsExactly(1);
    }

    @Test
    void itIsSaidOnceAndBeforeTheEnd() {
        assertThatThrownBy(() -> ErrorPolicy.standard().inDoubt(e -> true).inDoubt(e -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one inDoubt");
        assertThatThrownBy(() -> ErrorPolicy.standard().skip().inDoubt(e -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SKIP");
    }
}
