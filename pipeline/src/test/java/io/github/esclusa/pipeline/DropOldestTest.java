// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Behind a fast first stage and a slow last one, the oldest still lie where they can be dropped. */
@Timeout(60)
class DropOldestTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MESSAGES = 3_000;

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
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.complete()).as("%s", report).isTrue();
        assertThat(report.count(Outcome.DROPPED)).isEqualTo(MESSAGES - 500L);
        assertThat(stored).hasSize(500).contains(MESSAGES - 1, MESSAGES - 2, MESSAGES - 250);
    }
}
