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
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.github.esclusa.pipeline.report.Settlement;
import io.github.esclusa.pipeline.testing.Running;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SettlementListenerTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final List<Settlement<Integer>> heard = new CopyOnWriteArrayList<>();

    @Test
    void hearsOfEachAcceptedMessageOnceWithItsOutcome() throws InterruptedException {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("heard")
                .capacity(16)
                .onSettled(heard::add)
                .filter("even", n -> n % 2 == 0)
                .map(
                        "check",
                        n -> {
                            if (n % 10 == 0) {
                                throw new IOException("on purpose");
                            }
                            return n;
                        },
                        stage -> stage.workers(2))
                .sink("sink", n -> {})
                .start();
        for (int i = 0; i < 1000; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(heard.stream().map(Settlement::message))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1000).boxed().toList());
        for (Outcome outcome : Outcome.values()) {
            assertThat(heard.stream().filter(s -> s.outcome() == outcome)).hasSize((int) report.count(outcome));
        }
        assertThat(heard).allSatisfy(settlement -> {
            assertThat(settlement.inlet()).isEqualTo("main");
            assertThat(settlement.cause() != null).isEqualTo(settlement.outcome() == Outcome.FAILED);
        });
    }

    @Test
    void hearsOfEachWayOutBeforeTheCreditIsReleased() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        List<Integer> used = new CopyOnWriteArrayList<>();
        List<Inlet<Integer>> inlet = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("credit")
                .capacity(2)
                .whenFull(Overflow.dropOldest())
                .onSettled(settlement -> {
                    heard.add(settlement);
                    used.add(inlet.get(0).inFlight());
                })
                .sink("hold", n -> {
                    if (n > 0) {
                        holding.countDown();
                        new CountDownLatch(1).await();
                    }
                })
                .start();
        inlet.add(pipeline.inlet("main"));
        accepted(pipeline.submit(0));
        Awaitility.await().until(() -> pipeline.inlet("main").inFlight() == 0);
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        accepted(pipeline.submit(3)); // drops 2
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.balanced()).isTrue();
        assertThat(heard.stream().map(s -> s.message() + " " + s.outcome()))
                .containsExactly("0 DELIVERED", "2 DROPPED", "3 RETURNED", "1 UNKNOWN");
        assertThat(used).containsExactly(1, 2, 2, 1);
        assertThat(pipeline.inlet("main").inFlight()).isZero();
    }

    @Test
    void slowListenerHoldsTheCredit() throws Exception {
        CountDownLatch telling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("slow-listener")
                .capacity(1)
                .onSettled(settlement -> {
                    telling.countDown();
                    awaitQuietly(goOn);
                })
                .sink("sink", n -> {})
                .start();
        accepted(pipeline.submit(1));
        telling.await();
        assertThat(pipeline.settled(Outcome.DELIVERED)).isEqualTo(1);
        assertThat(pipeline.trySubmit(2)).isEqualTo(Admission.FULL);
        Running<Admission> blocked = Running.call(() -> pipeline.submit(2)).awaitParked();
        goOn.countDown();
        assertThat(blocked.result()).isEqualTo(Admission.ACCEPTED);
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(2);
    }

    @Test
    void whatItThrowsIsCountedAndChangesNothingElse() throws InterruptedException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("throwing")
                .capacity(1)
                .meterRegistry(registry)
                .onSettled(settlement -> {
                    calls.incrementAndGet();
                    throw new AssertionError("on purpose");
                })
                .sink("sink", n -> {})
                .start();
        for (int i = 0; i < 5; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await().until(() -> pipeline.inlet("main").inFlight() == 0);
        assertThat(calls).hasValue(5);
        assertThat(registry.get(PipelineMetrics.LISTENER_FAILED).counter().count())
                .isEqualTo(5);
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(5);
    }

    /** Drawn and published are two things: whoever waits gets the report when everything in it has been told. */
    @Test
    void hasHeardOfEverythingWhenAnyCallerHasTheReport() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        CompletableFuture<Pipeline<Integer>> started = new CompletableFuture<>();
        AtomicBoolean early = new AtomicBoolean();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("told")
                .clock(clock)
                .onSettled(settlement -> {
                    if (settlement.outcome() == Outcome.RETURNED && heard.isEmpty()) {
                        early.set(hasReport(started.join(), 2));
                    }
                    heard.add(settlement);
                })
                .sink("hold", n -> {
                    holding.countDown();
                    awaitQuietly(new CountDownLatch(1)); // until it is interrupted
                })
                .start();
        started.complete(pipeline);
        for (int i = 0; i < 5; i++) {
            accepted(pipeline.submit(i));
        }
        holding.await();
        Running<Integer> patient = Running.call(() -> {
            pipeline.shutdown(LONG);
            return heard.size();
        });
        clock.awaitWaiters(1, LONG);
        DrainReport<Integer> swept = pipeline.shutdownNow();
        assertThat(early).isFalse();
        assertThat(patient.result()).isEqualTo(5);
        assertThat(pipeline.shutdown(LONG)).isSameAs(swept);
    }

    @Test
    void hasHeardOfDropsToldByProducersWhenTheReportIsGiven() throws Exception {
        CountDownLatch telling = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Thread> holding = new CompletableFuture<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("dropping")
                .capacity(2)
                .clock(clock)
                .whenFull(Overflow.dropOldest())
                .onSettled(settlement -> {
                    if (settlement.outcome() == Outcome.DROPPED) {
                        telling.countDown();
                        awaitQuietly(told);
                    }
                    heard.add(settlement);
                })
                .sink("hold", n -> {
                    holding.complete(Thread.currentThread());
                    awaitQuietly(goOn);
                })
                .start();
        accepted(pipeline.submit(1));
        Thread worker = holding.get(30, TimeUnit.SECONDS);
        accepted(pipeline.submit(2));
        Running<Admission> dropper = Running.call(() -> pipeline.submit(3));
        telling.await();
        Running<Integer> patient = Running.call(() -> {
            assertThat(pipeline.shutdown(LONG).balanced()).isTrue(); // woken, and not by its deadline
            return heard.size();
        });
        clock.awaitWaiters(1, LONG);
        goOn.countDown();
        worker.join(); // it was the last: the report is drawn
        assertThat(hasReport(pipeline, 2)).isFalse();
        told.countDown();
        assertThat(patient.result()).isEqualTo(2);
        assertThat(dropper.result()).isEqualTo(Admission.CLOSED);
    }

    /** Drawn by the last worker, and not published, because a producer is stuck in the listener. */
    @Test
    void aNearerShutdownEndsTheWaitOfOthersThoughTheReportIsDrawnAlready() throws Exception {
        CountDownLatch telling = new CountDownLatch(1);
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("drawn")
                .capacity(2)
                .whenFull(Overflow.dropOldest())
                .onSettled(settlement -> {
                    if (settlement.outcome() == Outcome.DROPPED) {
                        telling.countDown();
                        awaitQuietly(goOn);
                    }
                })
                .sink("hold", n -> {
                    holding.countDown();
                    hold.await();
                })
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        Running<Admission> dropper = Running.call(() -> pipeline.submit(3));
        telling.await();
        Running<DrainReport<Integer>> patient = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        Awaitility.await().until(() -> pipeline.state() == PipelineState.DRAINING);
        patient.awaitParked();
        hold.countDown();
        Awaitility.await().until(() -> pipeline.state() == PipelineState.TERMINATED);
        assertThat(patient.isDone()).isFalse();
        DrainReport<Integer> impatient = pipeline.shutdownNow();
        assertThat(patient.result()).isSameAs(impatient);
        goOn.countDown();
        assertThat(dropper.result()).isEqualTo(Admission.CLOSED);
    }

    /** Whether a further caller has the report at once; if not, it is the one that makes so many wait on the clock. */
    private boolean hasReport(Pipeline<Integer> pipeline, int waiting) {
        Running<DrainReport<Integer>> further = Running.call(() -> pipeline.shutdown(LONG));
        Awaitility.await().atMost(LONG).until(() -> further.isDone() || clock.waiters() >= waiting);
        return further.isDone();
    }

    @Test
    void thereIsOne() {
        assertThatThrownBy(() ->
                        Pipeline.<Integer>builder("two").onSettled(heard::add).onSettled(heard::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'two'");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
