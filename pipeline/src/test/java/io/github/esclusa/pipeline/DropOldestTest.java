// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Behind a fast first stage and a slow last one, the oldest still lie where they can be dropped. */
@Timeout(60)
class DropOldestTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MESSAGES = 3_000;
    private static final RetryConfig AGAIN = RetryConfig.custom()
            .maxAttempts(Integer.MAX_VALUE)
            .waitDuration(Duration.ofMillis(20))
            .build();

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Queue<Integer> stored = new ConcurrentLinkedQueue<>();

    @Test
    void theNewestIsTakenThoughTheSinkHasWorkersOfItsOwn() throws Exception {
        takesAllAndKeepsTheNewest(Pipeline.<Integer>builder("workers")
                .capacity(500)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .sink(
                        "store",
                        n -> {
                            goOn.await();
                            stored.add(n);
                        },
                        stage -> stage.workers(1))
                .start());
    }

    @Test
    void theNewestIsTakenThoughTheSinkTakesBatches() throws Exception {
        takesAllAndKeepsTheNewest(Pipeline.<Integer>builder("batches")
                .capacity(500)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .batch(100, Duration.ofMillis(10))
                .sink("store", batch -> {
                    goOn.await();
                    stored.addAll(batch);
                })
                .start());
    }

    @Test
    void theNewestIsTakenThoughWeightIsTheNarrowerBound() throws Exception {
        takesAllAndKeepsTheNewest(Pipeline.<Integer>builder("weight")
                .capacity(5_000)
                .maxWeight(5_000, n -> 10)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .batch(1_000, Duration.ofMillis(10))
                .sink("store", batch -> {
                    goOn.await();
                    stored.addAll(batch);
                })
                .start());
    }

    /** Three that weigh 30 would leave less than a quarter of 100. */
    @Test
    void theNewestIsTakenThoughAFewTakeUpAllTheWeight() throws Exception {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("heavy")
                .maxWeight(100, n -> 30)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .sink("store", n -> {
                    goOn.await();
                    stored.add(n);
                })
                .start();
        for (int i = 0; i < 20; i++) {
            assertThat(pipeline.submit(i)).as("message %d", i).isEqualTo(Admission.ACCEPTED);
        }
        goOn.countDown();
        assertThat(pipeline.shutdown(LONG).complete()).isTrue();
        assertThat(stored).contains(19);
    }

    @Test
    void theNewestIsTakenThoughAllThatIsTriedFailsAndIsParked() throws Exception {
        takesAllAndKeepsTheNewest(Pipeline.<Integer>builder("parked")
                .capacity(500)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .sink("store", this::storeOnceOpen, stage -> stage.workers(4).onError(e -> e.retry(AGAIN)))
                .start());
    }

    @Test
    void theNewestIsTakenThoughTheFirstStageParksWhatItTries() throws Exception {
        takesAllAndKeepsTheNewest(Pipeline.<Integer>builder("parked-first")
                .capacity(500)
                .whenFull(Overflow.dropOldest())
                .sink("store", this::storeOnceOpen, stage -> stage.workers(4).onError(e -> e.retry(AGAIN)))
                .start());
    }

    @Test
    void whatIsKeptBackIsDrained() throws Exception {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("drained")
                .capacity(8)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .sink("store", this::storeOnceOpen, stage -> stage.workers(2).onError(e -> e.retry(AGAIN)))
                .start();
        for (int i = 0; i < 8; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await().until(() -> pipeline.inlet("main").queued() == 2);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(LONG));
        Awaitility.await().until(() -> pipeline.inlet("main").queued() == 0);
        goOn.countDown();
        assertThat(shutdown.result().complete()).isTrue();
        assertThat(stored).hasSize(8);
    }

    /** Weight keeps 8 of 33 back, and 24 fill the way to the second stage. */
    @Test
    void whatIsKeptBackIsDrainedThoughTheNextStageHasEnoughAtTheClose() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("drained-later")
                .capacity(96)
                .maxWeight(100, n -> 3)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .sink(
                        "store",
                        n -> {
                            holding.countDown();
                            goOn.await();
                            stored.add(n);
                        },
                        stage -> stage.workers(1))
                .start();
        assertThat(pipeline.submit(0)).isEqualTo(Admission.ACCEPTED);
        holding.await();
        for (int i = 1; i < 33; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(pipeline.inlet("main").queued()).isEqualTo(8));
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(LONG));
        Awaitility.await().until(() -> pipeline.state() == PipelineState.DRAINING);
        goOn.countDown();
        assertThat(shutdown.result().complete()).isTrue();
        assertThat(stored).hasSize(33);
    }

    @Test
    void aBatchThatIsKeptBackFromFillingGoesAtOnce() throws Exception {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("kept-back")
                .capacity(5_000)
                .maxWeight(80, n -> 10)
                .whenFull(Overflow.dropOldest())
                .map("parse", n -> n)
                .batch(7, Duration.ofDays(1))
                .sink("store", stored::addAll)
                .start();
        for (int i = 0; i < 6; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await().until(() -> pipeline.inlet("main").queued() == 0);
        assertThat(pipeline.submit(6)).isEqualTo(Admission.ACCEPTED);
        Awaitility.await().until(() -> stored.size() >= 6);
        assertThat(pipeline.submit(7)).isEqualTo(Admission.ACCEPTED);
        assertThat(pipeline.shutdown(LONG).complete()).isTrue();
        assertThat(stored).hasSize(8);
    }

    @Test
    void aSmallInletKeepsOneToDropAndOneThatCannotIsWarnedOf() throws Exception {
        try (LogLines log = LogLines.open()) {
            for (int capacity = 1; capacity <= 3; capacity++) {
                Pipeline<Integer> pipeline = Pipeline.<Integer>builder("small")
                        .capacity(capacity)
                        .whenFull(Overflow.dropOldest())
                        .sink("store", this::storeOnceOpen, stage -> stage.onError(e -> e.retry(AGAIN)))
                        .start();
                Admission last = pipeline.submit(0);
                Awaitility.await().until(() -> pipeline.inlet("main").queued() == 0);
                for (int i = 1; i < 50; i++) {
                    last = pipeline.submit(i);
                }
                assertThat(last).isEqualTo(capacity == 1 ? Admission.FULL : Admission.ACCEPTED);
                assertThat(log.with("nothing to drop: give it a capacity of more than 1"))
                        .singleElement()
                        .asString()
                        .contains("its capacity(1) is no more than the number of workers, 1,");
                pipeline.shutdown(Duration.ZERO);
            }
        }
    }

    @Test
    void anInletThatAloneNeverFillsABatchForWhatItKeepsIsWarnedOf() throws Exception {
        try (LogLines log = LogLines.open()) {
            Queue<Integer> sizes = new ConcurrentLinkedQueue<>();
            Pipeline<Integer> pipeline = dropping("unfilled", 8, 7, sizes);
            for (int i = 0; i < 8; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            Awaitility.await().until(() -> !sizes.isEmpty()); // before a close that lets all out
            assertThat(sizes).first().isEqualTo(6);
            assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(8);
            dropping("filled", 8, 6, sizes).shutdown(LONG);
            dropping("filled", 10, 7, sizes).shutdown(LONG); // a third more than the batch
            assertThat(log.with("never fills a batch of 7, which goes with 6 at the most"))
                    .singleElement()
                    .asString()
                    .contains("'unfilled'", "'main'", "capacity(8)");
            assertThat(log.with("'filled'")).isEmpty();
        }
    }

    private static Pipeline<Integer> dropping(String name, int capacity, int batch, Queue<Integer> sizes) {
        return Pipeline.<Integer>builder(name)
                .capacity(capacity)
                .whenFull(Overflow.dropOldest())
                .batch(batch, LONG)
                .sink("store", messages -> sizes.add(messages.size()))
                .start();
    }

    @Test
    void asManyAreWorkedOnAsThereAreWorkers() throws Exception {
        CountDownLatch working = new CountDownLatch(4);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("all-at-work")
                .capacity(4)
                .whenFull(Overflow.dropOldest())
                .sink(
                        "store",
                        n -> {
                            working.countDown();
                            goOn.await();
                        },
                        stage -> stage.workers(4))
                .start();
        for (int i = 0; i < 4; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        assertThat(working.await(30, TimeUnit.SECONDS)).isTrue();
        goOn.countDown();
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(4);
    }

    @Test
    void nothingStandsStillBehindAPassageThatIsShutAgainAndAgain() throws Exception {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("shut")
                .capacity(24)
                .map("one", n -> n, stage -> stage.workers(3))
                .map("two", n -> n, stage -> stage.workers(2))
                .filter("three", n -> n % 3 != 0, stage -> stage.workers(3))
                .batch(2, Duration.ofMillis(1))
                .sink("store", stored::addAll, stage -> stage.workers(2))
                .start();
        List<Thread> producers = List.of(producer(pipeline), producer(pipeline));
        for (Thread producer : producers) {
            producer.join();
        }
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.complete()).as("%s", report).isTrue();
        assertThat(stored).hasSize(2 * 10_000 - 2 * 3_334);
    }

    private void storeOnceOpen(Integer n) {
        if (goOn.getCount() > 0) {
            throw new IllegalStateException("the store is away");
        }
        stored.add(n);
    }

    private static Thread producer(Pipeline<Integer> pipeline) {
        Thread thread = new Thread(() -> {
            for (int i = 0; i < 10_000; i++) {
                try {
                    assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void takesAllAndKeepsTheNewest(Pipeline<Integer> pipeline) throws InterruptedException {
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(pipeline.submit(i)).as("message %d", i).isEqualTo(Admission.ACCEPTED);
        }
        goOn.countDown();
        Awaitility.await().untilAsserted(() -> assertThat(stored).hasSize(500)); // without a close that lets all out
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.complete()).as("%s", report).isTrue();
        assertThat(report.count(Outcome.DROPPED)).isEqualTo(MESSAGES - 500L);
        assertThat(stored).contains(MESSAGES - 1, MESSAGES - 2, MESSAGES - 100);
    }
}
