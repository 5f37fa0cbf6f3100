// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a listener or callbacks throw is logged once in a while, and what that leaves out at the end, however late it comes. */
@Timeout(60)
class FailuresLeftOutTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static final String LISTENER = "the settlement listener of pipeline 'noisy' threw";
    private static final String CALLBACK = "a callback given to inlet 'main' of pipeline 'noisy' threw";

    private final ManualClock clock = new ManualClock(); // the time for a further line does not come
    private final CountDownLatch holding = new CountDownLatch(1);
    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch telling = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private LogLines log;

    @BeforeEach
    void openLog() {
        log = LogLines.open();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void ofAListener() throws Exception {
        Pipeline<Integer> pipeline =
                noisy().onSettled(settlement -> fail()).sink("take", n -> {}).start();
        for (int i = 0; i < 5; i++) {
            accepted(pipeline.submit(i));
        }
        pipeline.shutdown(LONG);
        assertThat(log.with(LISTENER)).containsExactly(LISTENER, moreThan(4, LISTENER));
    }

    @Test
    void ofAListenerThatHearsOfADropWhenTheLastWorkerHasEnded() throws Exception {
        Pipeline<Integer> pipeline = noisy().whenFull(Overflow.dropOldest())
                .onSettled(settlement -> {
                    if (settlement.outcome() == Outcome.DROPPED) {
                        failLate();
                    }
                    fail();
                })
                .sink("hold", this::hold)
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        Running<Admission> dropper = Running.call(() -> pipeline.submit(3));
        telling.await();
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        Awaitility.await().until(() -> pipeline.state() == PipelineState.DRAINING);
        hold.countDown();
        Awaitility.await().until(() -> pipeline.state() == PipelineState.TERMINATED);
        goOn.countDown();
        assertThat(shutdown.result().count(Outcome.DROPPED)).isEqualTo(1);
        assertThat(log.with(LISTENER)).containsExactly(LISTENER, moreThan(1, LISTENER));
        assertThat(dropper.result()).isEqualTo(Admission.CLOSED);
    }

    @Test
    void ofAListenerOnAWorkerThatComesBackWhenItIsOverThoughAnotherNeverDoes() throws Exception {
        Pipeline<Integer> pipeline = noisy().onSettled(settlement -> {
                    if (settlement.message() == 2) {
                        failLate();
                    }
                    fail();
                })
                .sink(
                        "hold",
                        n -> {
                            if (n == 3) {
                                holding.countDown();
                                awaitStubbornly(hold);
                            }
                        },
                        stage -> stage.workers(2))
                .start();
        accepted(pipeline.submit(1));
        Awaitility.await().until(() -> !log.with(LISTENER).isEmpty());
        accepted(pipeline.submit(3));
        holding.await();
        accepted(pipeline.submit(2));
        telling.await();
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.unknown()).containsExactly(3);
        assertThat(report.stuckThreads()).hasSize(2);
        assertThat(log.with(LISTENER)).containsExactly(LISTENER, moreThan(1, LISTENER));
        goOn.countDown();
        Awaitility.await().until(() -> log.with(LISTENER).size() == 3);
        assertThat(log.with(LISTENER)).last().isEqualTo(moreThan(1, LISTENER));
        hold.countDown();
    }

    @Test
    void ofCallbacksThatWereLetIn() throws Exception {
        Pipeline<Integer> pipeline = full();
        inLine(pipeline, 3, this::fail);
        inLine(pipeline, 4, this::fail);
        hold.countDown();
        Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 4);
        pipeline.shutdown(LONG);
        assertThat(log.with(CALLBACK)).containsExactly(CALLBACK, moreThan(1, CALLBACK));
    }

    @Test
    void ofCallbacksThatHearOfTheCloseWhenItIsOver() throws Exception {
        Pipeline<Integer> pipeline = full();
        inLine(pipeline, 3, this::failLate);
        inLine(pipeline, 4, this::fail);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        telling.await();
        assertThat(pipeline.shutdownNow()).isSameAs(shutdown.result());
        assertThat(log.with(CALLBACK)).isEmpty();
        goOn.countDown();
        Awaitility.await().until(() -> log.with(CALLBACK).size() == 2);
        assertThat(log.with(CALLBACK)).containsExactly(CALLBACK, moreThan(1, CALLBACK));
    }

    /** A heavy message that leaves the line lets those in that it held up. */
    @Test
    void ofCallbacksThatAProducerCallsWhenItIsOver() throws Exception {
        Pipeline<Integer> pipeline = noisy().capacity(3)
                .maxWeight(10, n -> n)
                .sink("hold", this::hold)
                .start();
        accepted(pipeline.submit(6));
        holding.await();
        Running<Admission> heavy = Running.call(() -> pipeline.submit(9));
        Awaitility.await().until(() -> pipeline.inlet("main").waiting() == 1);
        inLine(pipeline, 1, this::failLate);
        inLine(pipeline, 2, this::fail);
        heavy.thread().interrupt();
        telling.await();
        hold.countDown();
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(3);
        assertThat(log.with(CALLBACK)).isEmpty();
        goOn.countDown();
        assertThat(heavy.failure())
                .isInstanceOf(InterruptedException.class)
                .hasMessage(
                        "interrupted while submitting to inlet 'main' of pipeline 'noisy': the message was not accepted");
        assertThat(log.with(CALLBACK)).containsExactly(CALLBACK, moreThan(1, CALLBACK));
    }

    /** Told at level DEBUG alone. */
    @Test
    void ofMessagesThatWereHeldBack() throws Exception {
        String line = "inlet 'main' of pipeline 'noisy' had no room";
        try (LogLines debug = LogLines.open(Level.DEBUG)) {
            Pipeline<Integer> pipeline = full();
            for (int i = 3; i <= 5; i++) {
                inLine(pipeline, i, () -> {});
            }
            clock.advance(Duration.ofMillis(1_500));
            hold.countDown();
            Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 5);
            pipeline.shutdown(LONG);
            assertThat(debug.with(line))
                    .containsExactly(line + ": a message was held back for 1500 ms", moreThan(2, line));
        }
        assertThat(log.with(line)).isEmpty();
    }

    private PipelineBuilder<Integer, Integer> noisy() {
        return Pipeline.<Integer>builder("noisy").capacity(2).clock(clock);
    }

    /** One message is held, one is queued. */
    private Pipeline<Integer> full() throws InterruptedException {
        Pipeline<Integer> pipeline = noisy().sink("hold", this::hold).start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        return pipeline;
    }

    private static void inLine(Pipeline<Integer> pipeline, int message, Runnable callback) {
        Admission answer = pipeline.submit(message, decided -> callback.run());
        assertThat(answer).isEqualTo(Admission.WAITING);
    }

    private static String moreThan(int more, String line) {
        return line + " (" + more + " times since the last such line)";
    }

    private void hold(Integer message) throws InterruptedException {
        holding.countDown();
        hold.await();
    }

    private void fail() {
        throw new IllegalStateException("on purpose");
    }

    private void failLate() {
        telling.countDown();
        awaitStubbornly(goOn);
        fail();
    }

    private static void awaitStubbornly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // user code that will not be told
            }
        }
    }
}
