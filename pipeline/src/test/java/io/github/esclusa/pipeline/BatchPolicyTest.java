// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.policy.Failure;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.LogLines;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a batch that fails, as a whole or in part. */
@Timeout(60)
class BatchPolicyTest extends PolicyFixture {

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
    void aBatchFailureThatNamesSeveralStopsThePipelineOnce() throws InterruptedException {
        BatchFailure thrown = new BatchFailure(Map.of(0, new IOException("first"), 2, new IOException("third")));
        Pipeline<Integer> pipeline = builder()
                .batch(3, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            throw thrown;
                        },
                        stage -> stage.onError(e -> e.stop()))
                .start();
        try (LogLines log = LogLines.open()) {
            submit(pipeline, 1, 2, 3);
            DrainReport<Integer> report = drained(pipeline);
            assertThat(report.count(Outcome.FAILED)).isEqualTo(2);
            assertThat(report.cause()).get().satisfies(cause -> {
                assertThat(cause).hasCause(thrown);
                assertThat(cause.getSuppressed()).isEmpty();
            });
            assertThat(settlementOf(3).cause()).hasMessage("third");
            assertThat(log.with("' stops")).hasSize(1);
        }
        assertThat(pipeline.state()).isEqualTo(PipelineState.FAILED);
    }

    @Test
    void aBatchFailureThatNamesOneStopsThePipelineForItsCause() throws InterruptedException {
        IOException second = new IOException("second");
        Pipeline<Integer> pipeline = builder()
                .batch(3, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            throw new BatchFailure(Map.of(1, second));
                        },
                        stage -> stage.onError(e -> e.stop()))
                .start();
        submit(pipeline, 1, 2, 3);
        assertThat(drained(pipeline).cause()).get().satisfies(cause -> assertThat(cause)
                .hasCause(second));
    }

    @Test
    void theHalvesOfABatchThatAreHandedBackAfterAStopSayWhy() throws InterruptedException {
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("policies")
                .onSettled(settlement -> {
                    settlements.add(settlement);
                    if (settlement.message() == 5) { // it was queued: the workers are to take nothing more
                        stopped.countDown();
                    }
                })
                .batch(2, Duration.ofDays(1))
                .sink(
                        "sink",
                        batch -> {
                            if (batch.contains(1)) {
                                holds.countDown();
                                stopped.await();
                                throw new BadRow();
                            }
                            go.await();
                            fail();
                        },
                        stage -> stage.workers(2)
                                .onError(e -> e.bisect(BadRow.class::isInstance).stop()))
                .start();
        submit(pipeline, 1, 2);
        holds.await();
        submit(pipeline, 3, 4, 5);
        go.countDown();
        stopped.await();
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        Throwable why = report.cause().orElseThrow();
        assertThat(List.of(settlementOf(1), settlementOf(2))).allSatisfy(settlement -> {
            assertThat(settlement.outcome()).isEqualTo(Outcome.RETURNED);
            assertThat(settlement.cause()).isSameAs(why);
        });
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

    /** As it comes from a sink on another machine. */
    @Test
    void batchFailureThatWasSerialisedNamesItsMessagesAsBefore() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new BatchFailure(Map.of(1, new IOException("on purpose"))));
        }
        BatchFailure remote =
                (BatchFailure) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(remote.causes().get(1)).isInstanceOf(IOException.class).hasMessage("on purpose");
        assertThat(outcomesOf(remote)).containsExactly(Outcome.DELIVERED, Outcome.FAILED);
    }

    /** As it comes from one that was serialised by a version that left the causes out. */
    @Test
    void batchFailureThatNamesNothingIsBelievedInNothing() throws Exception {
        BatchFailure empty = new BatchFailure(Map.of(1, new IOException("on purpose")));
        Field causes = BatchFailure.class.getDeclaredField("causes");
        causes.setAccessible(true);
        causes.set(empty, null);
        assertThat(empty.causes()).isEmpty();
        assertThat(outcomesOf(empty)).containsExactly(Outcome.FAILED, Outcome.FAILED);
        assertThat(settlementOf(1).cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'sink' of pipeline 'policies'")
                .hasCause(empty);
    }

    /** Of a batch of two on which a sink throws. */
    private List<Outcome> outcomesOf(BatchFailure thrown) throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .batch(2, Duration.ofDays(1))
                .sink("sink", batch -> {
                    throw thrown;
                })
                .start();
        submit(pipeline, 0, 1);
        drained(pipeline);
        return List.of(settlementOf(0).outcome(), settlementOf(1).outcome());
    }

    @Test
    void batchFailureThatNamesMessagesOutsideTheBatchIsBelievedInNothing() throws InterruptedException {
        for (int index : new int[] {2, Integer.MAX_VALUE}) {
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
}
