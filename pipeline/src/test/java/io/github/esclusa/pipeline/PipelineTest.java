// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What users do with a pipeline, and what it promises them. */
@Timeout(60)
class PipelineTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void deliversThroughEveryStageAndBalances() throws InterruptedException {
        List<String> delivered = Collections.synchronizedList(new ArrayList<>());
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("numbers")
                .capacity(10)
                .map("double", n -> n * 2)
                .filter("thirds", n -> n % 3 != 0)
                .map("text", n -> "n" + n, stage -> stage.workers(2))
                .sink("collect", delivered::add)
                .start();

        for (int i = 1; i <= 100; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        DrainReport<Integer> report = pipeline.shutdown(LONG);

        assertThat(report.balanced()).isTrue();
        assertThat(report.accepted()).isEqualTo(100);
        assertThat(report.count(Outcome.FILTERED)).isEqualTo(33);
        assertThat(report.delivered()).isEqualTo(67).isEqualTo(delivered.size());
        assertThat(delivered).contains("n2", "n4", "n200").doesNotContain("n6");
        assertThat(pipeline.state()).isEqualTo(PipelineState.TERMINATED);
    }

    @Test
    void oneWorkerKeepsTheOrderOfArrival() throws InterruptedException {
        List<Integer> delivered = new ArrayList<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("ordered")
                .capacity(16)
                .map("same", n -> n)
                .batch(5, Duration.ofMillis(1))
                .sink("collect", delivered::addAll)
                .start();
        for (int i = 0; i < 1000; i++) {
            accepted(pipeline.submit(i));
        }
        pipeline.shutdown(LONG);
        assertThat(delivered)
                .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void aFullBatchGoesAtOnceAndAPartialOneAfterItsLinger() throws InterruptedException {
        ManualClock clock = new ManualClock();
        BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("batches")
                .clock(clock)
                .batch(3, Duration.ofSeconds(5))
                .sink("collect", batch -> batches.add(List.copyOf(batch)))
                .start()) {
            accepted(pipeline.submit(1));
            accepted(pipeline.submit(2));
            accepted(pipeline.submit(3));
            assertThat(batches.poll(30, TimeUnit.SECONDS)).containsExactly(1, 2, 3);

            accepted(pipeline.submit(4));
            clock.awaitWaiters(1, LONG);
            clock.advance(Duration.ofSeconds(4));
            assertThat(batches).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            assertThat(batches.poll(30, TimeUnit.SECONDS)).containsExactly(4);
        }
    }

    @Test
    void drainingDoesNotWaitForTheLinger() throws InterruptedException {
        BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("flush")
                .map("same", n -> n)
                .batch(100, Duration.ofDays(1))
                .sink("collect", batch -> batches.add(List.copyOf(batch)))
                .start();
        accepted(pipeline.submit(1));
        accepted(pipeline.submit(2));
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(2);
        assertThat(batches.stream().flatMap(List::stream)).containsExactly(1, 2);
    }

    /** A message parked upstream keeps its stage open; what has gone through it must not wait for that. */
    @Test
    void drainingFlushesABatchThoughAStageBeforeItIsNotDone() throws Exception {
        RetryConfig inAnHour = RetryConfig.custom()
                .maxAttempts(9)
                .waitDuration(Duration.ofHours(1))
                .build();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("flush-behind")
                .map(
                        "parse",
                        n -> {
                            if (n == 0) {
                                throw new IllegalStateException("on purpose");
                            }
                            return n;
                        },
                        stage -> stage.workers(2).onError(e -> e.retry(inAnHour)))
                .batch(100, Duration.ofHours(1))
                .sink("collect", batch -> {})
                .start();
        for (int i = 0; i < 10; i++) {
            accepted(pipeline.submit(i));
        }
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(LONG));
        Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 9);
        assertThat(pipeline.shutdownNow().returned()).containsExactly(0);
        assertThat(shutdown.result().delivered()).isEqualTo(9);
    }

    @Test
    void workThatFailsAgainAndAgainDoesNotKeepOutWhatHasNotBeenTried() throws InterruptedException {
        RetryConfig forEver = RetryConfig.custom()
                .maxAttempts(Integer.MAX_VALUE)
                .waitDuration(Duration.ofMillis(1))
                .build();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("poison")
                .capacity(100)
                .sink(
                        "sink",
                        n -> {
                            if (n < 20) {
                                awaitDeafFor(Duration.ofMillis(1));
                                throw new IllegalStateException("on purpose");
                            }
                        },
                        stage -> stage.workers(2).onError(e -> e.retry(forEver)))
                .start();
        for (int i = 0; i < 60; i++) {
            accepted(pipeline.submit(i));
        }
        Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 40);
        assertThat(pipeline.shutdownNow().returned().size() + pipeline.settled(Outcome.UNKNOWN))
                .isEqualTo(20);
    }

    private static void awaitDeafFor(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (until - System.nanoTime() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void inletsAreServedInTurnThoughOthersBetweenThemAreIdle() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        PipelineBuilder<String, String> builder =
                Pipeline.<String>builder("turns").capacity(200);
        for (int i = 0; i < 10; i++) {
            builder = builder.inlet("i" + i);
        }
        Pipeline<String> pipeline = builder.sink("sink", message -> {
                    goOn.await();
                    order.add(message);
                })
                .start();
        for (int i = 0; i < 100; i++) {
            accepted(pipeline.inlet("i0").submit("first"));
            accepted(pipeline.inlet("i9").submit("last"));
        }
        goOn.countDown();
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(200);
        assertThat(Collections.frequency(order.subList(0, 100), "first")).isBetween(45, 55);
    }

    @Test
    void listenerThatShutsDownIsRefusedAndNotMadeToWaitForItself() throws Exception {
        List<Throwable> refused = Collections.synchronizedList(new ArrayList<>());
        List<Pipeline<Integer>> self = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("self")
                .capacity(2)
                .whenFull(Overflow.dropOldest())
                .onSettled(settlement -> {
                    try {
                        self.get(0).shutdown(LONG);
                    } catch (IllegalStateException | InterruptedException e) {
                        refused.add(e);
                    }
                })
                .sink("hold", n -> {
                    holding.countDown();
                    goOn.await();
                })
                .start();
        self.add(pipeline);
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        accepted(pipeline.submit(3)); // drops 2, and tells of it on this thread
        goOn.countDown();
        assertThat(pipeline.shutdown(LONG).balanced()).isTrue();
        assertThat(refused).hasSize(3).allSatisfy(e -> assertThat(e)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'self'")
                .hasMessageContaining("from its own settlement listener or callback")
                .hasMessageContaining("call it from another thread"));
    }

    @Test
    void anInletTooSmallToFillABatchWaitsForTheLingerAndNoLonger() throws Exception {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("small")
                .inlet("narrow", inlet -> inlet.capacity(4))
                .inlet("wide", inlet -> inlet.capacity(8))
                .batch(8, Duration.ofMillis(1))
                .sink("sink", batch -> {})
                .start();
        for (int i = 0; i < 20; i++) {
            assertThat(pipeline.inlet("narrow").submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(20);
    }

    @Test
    void capacityBoundsWhatIsNotSettledWhereverItIs() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("full")
                .capacity(3)
                .whenFull(Overflow.reject())
                .map("same", n -> n)
                .sink("slow", n -> hold.await(), stage -> stage.workers(1))
                .start()) {
            assertThat(pipeline.submit(1)).isEqualTo(Admission.ACCEPTED);
            assertThat(pipeline.submit(2)).isEqualTo(Admission.ACCEPTED);
            assertThat(pipeline.submit(3)).isEqualTo(Admission.ACCEPTED);
            Awaitility.await().until(() -> pipeline.inlet("main").queued() == 1); // in the sink, before it, and here
            assertThat(pipeline.submit(4)).isEqualTo(Admission.FULL);
            hold.countDown();
            Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 3);
            assertThat(pipeline.inlet("main").inFlight()).isZero();
            for (int i = 0; i < 3; i++) { // the full capacity can be had again
                Awaitility.await().until(() -> pipeline.submit(5).accepted());
            }
        }
    }

    @Test
    void blockedProducerIsRefusedWhenThePipelineCloses() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("closing")
                .capacity(1)
                .sink("slow", n -> hold.await())
                .start();
        accepted(pipeline.submit(1));
        CompletableFuture<Admission> blocked = CompletableFuture.supplyAsync(() -> {
            try {
                return pipeline.submit(2);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Admission> inLine = new CompletableFuture<>();
        Awaitility.await().until(() -> pipeline.submit(3, inLine::complete) == Admission.WAITING);
        DrainReport<Integer> report = pipeline.shutdown(Duration.ZERO);
        assertThat(blocked.get(30, TimeUnit.SECONDS)).isEqualTo(Admission.CLOSED);
        assertThat(inLine.get(30, TimeUnit.SECONDS)).isEqualTo(Admission.CLOSED);
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.stuckThreads()).singleElement().satisfies(stuck -> assertThat(stuck.name())
                .startsWith("closing-slow-"));
        assertThat(report.balanced()).isTrue();
        assertThat(pipeline.submit(4)).isEqualTo(Admission.CLOSED);
        assertThat(pipeline.shutdown(LONG)).isSameAs(report);
    }

    @Test
    void atTheDeadlineQueuedIsReturnedAndRunningUnknownAndLateResultsChangeNothing() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("deadline")
                .sink("stubborn", n -> {
                    started.countDown();
                    while (hold.getCount() > 0) {
                        try {
                            hold.await();
                        } catch (InterruptedException ignored) {
                            // a sink that will not be told
                        }
                    }
                    ended.countDown();
                })
                .start();
        for (int i = 1; i <= 5; i++) {
            accepted(pipeline.submit(i));
        }
        started.await();
        DrainReport<Integer> report = pipeline.shutdown(Duration.ofMillis(20));
        hold.countDown();
        ended.await();
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.returned()).containsExactly(2, 3, 4, 5);
        assertThat(report.toString())
                .containsPattern("stuck \\[deadline-stubborn-1 (in CountDownLatch\\.\\w+, from|at) \\S*PipelineTest");
        assertThat(report.delivered()).isZero();
        assertThat(report.balanced()).isTrue();
        assertThat(pipeline.settled(Outcome.DELIVERED)).isZero();
        assertThat(pipeline.shutdown(LONG)).isSameAs(report);
    }

    @Test
    void dropOldestEvictsOnlyItsOwnInletAndRefusesWhenNothingIsQueued() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        List<Integer> dropped = Collections.synchronizedList(new ArrayList<>());
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("dropping")
                .capacity(2)
                .inlet("tcp")
                .inlet("udp", inlet -> inlet.whenFull(Overflow.dropOldest()))
                .onSettled(s -> {
                    if (s.outcome() == Outcome.DROPPED) {
                        dropped.add(s.message());
                    }
                })
                .sink("slow", n -> hold.await())
                .start()) {
            Inlet<Integer> udp = pipeline.inlet("udp");
            accepted(udp.submit(1));
            Awaitility.await().until(() -> udp.queued() == 0);
            accepted(pipeline.inlet("tcp").submit(100));
            accepted(pipeline.inlet("tcp").submit(101));
            accepted(udp.submit(2));
            assertThat(udp.submit(3)).isEqualTo(Admission.ACCEPTED);
            assertThat(dropped).containsExactly(2);
            assertThat(pipeline.inlet("tcp").queued()).isEqualTo(2);
            hold.countDown();
            DrainReport<Integer> report = pipeline.shutdown(LONG);
            assertThat(report.delivered()).isEqualTo(4);
            assertThat(report.count(Outcome.DROPPED)).isEqualTo(1);
            assertThat(report.balanced()).isTrue();
        }
    }

    @Test
    void dropOldestWithEverythingBeingWorkedOnRefuses() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("nothing-queued")
                .capacity(1)
                .whenFull(Overflow.dropOldest())
                .sink("slow", n -> hold.await())
                .start()) {
            accepted(pipeline.submit(1));
            Awaitility.await().until(() -> pipeline.inlet("main").queued() == 0);
            assertThat(pipeline.submit(2)).isEqualTo(Admission.FULL);
            hold.countDown();
        }
    }

    @Test
    void weightBoundsMemoryAndTooHeavyIsADefiniteAnswer() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        try (Pipeline<byte[]> pipeline = Pipeline.<byte[]>builder("heavy")
                .maxWeight(100, bytes -> bytes.length)
                .whenFull(Overflow.reject())
                .sink("slow", bytes -> hold.await())
                .start()) {
            assertThat(pipeline.submit(new byte[101])).isEqualTo(Admission.TOO_HEAVY);
            assertThat(pipeline.submit(new byte[60])).isEqualTo(Admission.ACCEPTED);
            assertThat(pipeline.submit(new byte[60])).isEqualTo(Admission.FULL);
            assertThat(pipeline.submit(new byte[40])).isEqualTo(Admission.ACCEPTED);
            hold.countDown();
            Awaitility.await().until(() -> pipeline.submit(new byte[100]).accepted());
        }
    }

    @Test
    void aStageThatSubmitsIntoItsOwnFullPipelineIsRefusedInsteadOfDeadlocking() throws Exception {
        CompletableFuture<Admission> answer = new CompletableFuture<>();
        CompletableFuture<Pipeline<Integer>> self = new CompletableFuture<>();
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("self")
                .capacity(1)
                .sink("again", n -> answer.complete(self.get().submit(2)))
                .start()) {
            self.complete(pipeline);
            accepted(pipeline.submit(1));
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(Admission.FULL);
        }
    }

    @Test
    void shutdownFromAWorkerIsAnErrorThatSaysWhatToDo() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CompletableFuture<Pipeline<Integer>> self = new CompletableFuture<>();
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("suicide")
                .sink("stop", n -> {
                    try {
                        self.get().shutdown(LONG);
                    } catch (IllegalStateException e) {
                        thrown.complete(e);
                    }
                })
                .start()) {
            self.complete(pipeline);
            accepted(pipeline.submit(1));
            assertThat(thrown.get(30, TimeUnit.SECONDS)).hasMessageContaining("own worker");
        }
    }

    @Test
    void submittersInterruptedWhileBlockedKeepTheirMessage() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("interrupted")
                .capacity(1)
                .sink("slow", n -> hold.await())
                .start();
        accepted(pipeline.submit(1));
        CompletableFuture<Admission> outcome = new CompletableFuture<>();
        Thread producer = new Thread(() -> {
            try {
                outcome.complete(pipeline.submit(2));
            } catch (InterruptedException e) {
                outcome.completeExceptionally(e);
            }
        });
        producer.start();
        Awaitility.await()
                .until(() -> producer.getState() == Thread.State.WAITING
                        || producer.getState() == Thread.State.TIMED_WAITING);
        producer.interrupt();
        assertThatThrownBy(() -> outcome.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        hold.countDown();
        assertThat(pipeline.shutdown(LONG).accepted()).isEqualTo(1);
    }

    @Test
    void blockWithTimeoutAnswersTimeout() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch hold = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("patience")
                .capacity(1)
                .clock(clock)
                .whenFull(Overflow.block(Duration.ofSeconds(1)))
                .sink("slow", n -> hold.await())
                .start();
        accepted(pipeline.submit(1));
        CompletableFuture<Admission> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return pipeline.submit(2);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(Admission.TIMEOUT);
        hold.countDown();
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(1);
    }

    @Test
    void settingsThatCannotWorkAreRefusedByNameAndValue() {
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p").capacity(0))
                .hasMessage("pipeline 'p': capacity(0) must be at least 1");
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p").inlet("i", inlet -> inlet.capacity(0)))
                .hasMessage("pipeline 'p', inlet 'i': capacity(0) must be at least 1");
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p")
                        .capacity(4)
                        .inlet("udp")
                        .inlet("tcp", inlet -> inlet.capacity(6))
                        .map("parse", n -> n)
                        .batch(11, Duration.ofMillis(1))
                        .sink("s", batch -> {})
                        .start())
                .hasMessageStartingWith(
                        "pipeline 'p': capacity(4) of inlet 'udp', capacity(6) of inlet 'tcp' is too small")
                .hasMessageContaining("up to 12 messages in hand, 1 from stage 'parse' on, 11 from stage 's' on")
                .hasMessageContaining("at least 12 in all");
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p").map("a", n -> n).map("a", n -> n))
                .hasMessageContaining("stage 'a': the name is taken");
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p").map(" ", n -> n))
                .hasMessageContaining("stage ' ': the name is blank");
        assertThatThrownBy(() -> Pipeline.<Integer>builder("p").inlet("i").inlet("i"))
                .hasMessageContaining("inlet 'i': the name is taken");
        assertThatThrownBy(() -> Overflow.block(Duration.ZERO)).hasMessageContaining("reject()");
        assertThatThrownBy(() -> Pipeline.<Integer>builder(" ")).hasMessageContaining("name");
    }

    @Test
    void stagesAreAddedToWhatTheCallBeforeReturned() {
        PipelineBuilder<Integer, Integer> first = Pipeline.builder("branches");
        PipelineBuilder<Integer, String> second = first.map("name", n -> "n" + n);
        assertThatThrownBy(() -> first.sink("stale", n -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'branches'")
                .hasMessageContaining("'stale'")
                .hasMessageContaining("[name]");
        second.sink("store", name -> {});
        assertThatThrownBy(() -> second.map("after", name -> name))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[name, store]");
    }

    @Test
    void aMessageReportedAsUnknownGoesThroughNoFurtherStage() throws Exception {
        CountDownLatch inMap = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean stored = new AtomicBoolean();
        CompletableFuture<Thread> worker = new CompletableFuture<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("late")
                .map("map", n -> {
                    worker.complete(Thread.currentThread());
                    inMap.countDown();
                    awaitDeaf(goOn);
                    return n;
                })
                .sink("sink", n -> stored.set(true))
                .start();
        accepted(pipeline.submit(1));
        inMap.await();
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.stuckThreads()).hasSize(1);
        goOn.countDown();
        worker.join().join();
        assertThat(stored).isFalse();
    }

    /** A worker that waits must not keep what it did last: it may wait for days. */
    @Test
    void idleWorkersKeepNothingOfWhatTheyHaveSettled() throws Exception {
        Pipeline<byte[]> single =
                Pipeline.<byte[]>builder("single").sink("take", n -> {}).start();
        Pipeline<byte[]> batches = Pipeline.<byte[]>builder("batches")
                .batch(20, Duration.ofMillis(1))
                .sink("take", batch -> {})
                .start();
        for (Pipeline<byte[]> pipeline : List.of(single, batches)) {
            List<WeakReference<byte[]>> settled = feed(pipeline, 20);
            Awaitility.await().until(() -> pipeline.inlet("main").inFlight() == 0);
            Awaitility.await().untilAsserted(() -> {
                System.gc();
                assertThat(settled).as(pipeline.name()).allSatisfy(message -> assertThat(message.get())
                        .isNull());
            });
            assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(20);
        }
    }

    private static List<WeakReference<byte[]>> feed(Pipeline<byte[]> pipeline, int messages)
            throws InterruptedException {
        List<WeakReference<byte[]>> fed = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            byte[] message = new byte[100];
            fed.add(new WeakReference<>(message));
            accepted(pipeline.submit(message));
        }
        return fed;
    }

    private static void awaitDeaf(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // will not be told
            }
        }
    }
}
