// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch that cannot fill because an inlet is full does not wait: no clock moves here, so no linger ends. */
@Timeout(60)
class BatchUnderPressureTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration LINGER = Duration.ofHours(1);
    private static final int ROOM = 10;

    private final ManualClock clock = new ManualClock();
    private final BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();

    @Test
    void aProducerInLineCompletesABatchThatFillsTheInlet() throws Exception {
        try (Pipeline<Integer> pipeline = light(Overflow.block())
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            allAccepted(pipeline, 5 * ROOM + 1);
            assertThat(batches.poll(30, TimeUnit.SECONDS)).hasSize(ROOM);
        }
    }

    @Test
    void aProducerInLineCompletesABatchBehindAnotherStage() throws Exception {
        try (Pipeline<Integer> pipeline = light(Overflow.block())
                .map("parse", n -> n)
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            allAccepted(pipeline, 5 * ROOM + 1);
        }
    }

    @Test
    void aCallbackInLineCompletesABatch() throws Exception {
        try (Pipeline<Integer> pipeline = light(Overflow.block())
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 0; i < ROOM; i++) {
                assertThat(pipeline.trySubmit(i)).isEqualTo(Admission.ACCEPTED);
            }
            BlockingQueue<Admission> answers = new LinkedBlockingQueue<>();
            assertThat(pipeline.submit(ROOM, answers::add)).isEqualTo(Admission.WAITING);
            assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo(Admission.ACCEPTED);
        }
    }

    @Test
    void dropOldestDoesNotStarveTheBatchItFeeds() throws Exception {
        try (Pipeline<Integer> pipeline = light(Overflow.dropOldest())
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 0; i <= ROOM; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            assertThat(batches.poll(30, TimeUnit.SECONDS)).isNotEmpty();
        }
    }

    @Test
    void aSmallInletThatIsFullCompletesTheBatchItCannotFill() throws Exception {
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("small")
                .clock(clock)
                .inlet("small", inlet -> inlet.capacity(ROOM).whenFull(Overflow.dropOldest()))
                .inlet("big", inlet -> inlet.capacity(1_000))
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 0; i <= ROOM; i++) {
                assertThat(pipeline.inlet("small").submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            assertThat(batches.poll(30, TimeUnit.SECONDS)).isNotEmpty();
        }
    }

    /** What is on its way still comes: the batch waits for it, and fills. */
    @Test
    void aBatchWaitsForWhatIsOnItsWayThoughTheInletIsFull() throws Exception {
        CountDownLatch third = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("coming")
                .clock(clock)
                .capacity(4)
                .map("parse", n -> {
                    if (n == 3) {
                        third.countDown();
                        goOn.await();
                    }
                    return n;
                })
                .batch(3, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 1; i <= 4; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            assertThat(third.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(pipeline.trySubmit(5)).isEqualTo(Admission.FULL);
            goOn.countDown();
            assertThat(batches.poll(30, TimeUnit.SECONDS)).containsExactly(1, 2, 3);
            assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(4);
        }
    }

    /** Nothing that lies in the batch would give it room. */
    @Test
    void anInletThatIsFullWithOtherMessagesHurriesNoBatch() throws Exception {
        CountDownLatch holding = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("other")
                .clock(clock)
                .inlet("stuck", inlet -> inlet.capacity(2).whenFull(Overflow.reject()))
                .inlet("fresh", inlet -> inlet.capacity(100))
                .map(
                        "parse",
                        n -> {
                            if (n < 0) {
                                holding.countDown();
                                goOn.await();
                            }
                            return n;
                        },
                        stage -> stage.workers(3))
                .batch(5, LINGER)
                .sink("store", batches::add)
                .start()) {
            assertThat(pipeline.inlet("stuck").submit(-1)).isEqualTo(Admission.ACCEPTED);
            assertThat(pipeline.inlet("stuck").submit(-2)).isEqualTo(Admission.ACCEPTED);
            holding.await();
            assertThat(pipeline.inlet("stuck").submit(-3)).isEqualTo(Admission.FULL);
            for (int i = 1; i <= 5; i++) {
                assertThat(pipeline.inlet("fresh").submit(i)).isEqualTo(Admission.ACCEPTED);
                clock.awaitWaiters(i < 5 ? 1 : 0, LONG); // lingers over what has come
            }
            assertThat(batches.poll(30, TimeUnit.SECONDS)).hasSize(5);
            goOn.countDown();
        }
    }

    @Test
    void aMessageThatIsFilteredAtLastHoldsUpNoBatch() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("filtered")
                .clock(clock)
                .maxWeight(ROOM, n -> n)
                .filter("odd", n -> {
                    if (n == 2) {
                        goOn.await();
                    }
                    return n % 2 == 1;
                })
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            assertThat(pipeline.submit(7)).isEqualTo(Admission.ACCEPTED);
            assertThat(pipeline.submit(2)).isEqualTo(Admission.ACCEPTED);
            Running<Admission> heavy = Running.call(() -> pipeline.submit(9)).awaitParked();
            goOn.countDown();
            assertThat(batches.poll(30, TimeUnit.SECONDS)).containsExactly(7);
            assertThat(heavy.result()).isEqualTo(Admission.ACCEPTED);
        }
    }

    /** One worker keeps order, and takes nothing more until it may try again. */
    @Test
    void aMessageThatIsParkedAtLastHoldsUpNoBatch() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        RetryConfig late =
                RetryConfig.custom().waitDuration(Duration.ofMinutes(30)).build();
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("parked")
                .clock(clock)
                .maxWeight(3, n -> 1)
                .map(
                        "parse",
                        n -> {
                            if (n == 2) {
                                goOn.await();
                            }
                            if (n == 3) {
                                throw new IllegalStateException("on purpose");
                            }
                            return n;
                        },
                        stage -> stage.onError(e -> e.retry(late)))
                .batch(3, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            Running<Admission> waiting = Running.call(() -> pipeline.submit(4)).awaitParked();
            goOn.countDown();
            assertThat(batches.poll(30, TimeUnit.SECONDS)).containsExactly(1, 2);
            assertThat(waiting.result()).isEqualTo(Admission.ACCEPTED);
            pipeline.shutdownNow();
        }
    }

    /** Its message is in line by then. */
    @Test
    void aClockThatThrowsIsNotAskedForAProducerThatFindsNoRoom() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean broken = new AtomicBoolean();
        Thread producer = Thread.currentThread();
        Clock breaking = new Clock() {
            @Override
            public long nanoTime() {
                if (broken.get() && Thread.currentThread() == producer) {
                    throw new IllegalStateException("a broken clock, on purpose");
                }
                return clock.nanoTime();
            }

            @Override
            public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
                clock.awaitUntil(lock, condition, deadlineNanos);
            }
        };
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("broken")
                .clock(breaking)
                .capacity(60)
                .map("parse", n -> {
                    if (n == 2) {
                        second.countDown();
                        goOn.await();
                    }
                    return n;
                })
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 1; i <= 60; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            second.await();
            clock.awaitWaiters(1, LONG); // the batch has begun, with the first message
            broken.set(true);
            assertThat(pipeline.submit(61, answer -> {})).isEqualTo(Admission.WAITING);
            broken.set(false);
            goOn.countDown();
            Awaitility.await().until(() -> !batches.isEmpty());
        }
    }

    /** Room that is given back ends the pressure: the next batch lingers as ever. */
    @Test
    void aBatchLingersAgainOnceThereIsRoom() throws Exception {
        try (Pipeline<Integer> pipeline = light(Overflow.reject())
                .batch(50, LINGER)
                .sink("store", batches::add)
                .start()) {
            for (int i = 0; i < ROOM; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            assertThat(pipeline.submit(ROOM)).isEqualTo(Admission.FULL);
            assertThat(batches.poll(30, TimeUnit.SECONDS)).hasSize(ROOM);
            Awaitility.await().atMost(LONG).until(() -> pipeline.settled(Outcome.DELIVERED) == ROOM);
            for (int i = 0; i < ROOM; i++) {
                assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
            }
            clock.advance(LINGER);
            assertThat(batches.poll(30, TimeUnit.SECONDS)).hasSize(ROOM);
        }
    }

    private PipelineBuilder<Integer, Integer> light(Overflow overflow) {
        return Pipeline.<Integer>builder("light")
                .clock(clock)
                .maxWeight(ROOM, n -> 1)
                .whenFull(overflow);
    }

    private static void allAccepted(Pipeline<Integer> pipeline, int messages) throws Exception {
        Running<Integer> producer = Running.call(() -> {
            int accepted = 0;
            for (int i = 0; i < messages; i++) {
                accepted += pipeline.submit(i) == Admission.ACCEPTED ? 1 : 0;
            }
            return accepted;
        });
        assertThat(producer.result()).isEqualTo(messages);
    }
}
