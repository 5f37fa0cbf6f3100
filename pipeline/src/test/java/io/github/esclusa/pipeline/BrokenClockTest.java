// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.BrokenClock;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock is the user's, and may throw. What it is only measured with goes unmeasured; the work goes on. */
@Timeout(60)
class BrokenClockTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Enough for every kind of sample, of one message in 64, to be among them. */
    private static final int MESSAGES = 2_000;

    private final BrokenClock clock = new BrokenClock();
    private final CountDownLatch hold = new CountDownLatch(1);
    private final Queue<Integer> heard = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatCannotBeMeasuredIsAcceptedAndDoneAndToldOf(boolean inBatches) throws InterruptedException {
        PipelineBuilder<Integer, Integer> builder = builder().capacity(MESSAGES);
        assertThatEveryMessageIsToldOf(
                inBatches
                        ? builder.batch(4, Duration.ZERO).sink("sink", batch -> hold.await())
                        : builder.sink("sink", message -> hold.await()),
                Outcome.DELIVERED);
    }

    @Test
    void whatFailsThenIsSettledAndItsLogLinesAreLeftOutUntilTheEnd() throws InterruptedException {
        try (LogLines log = LogLines.open()) {
            assertThatEveryMessageIsToldOf(
                    builder()
                            .capacity(MESSAGES)
                            .sink(
                                    "sink",
                                    message -> {
                                        hold.await();
                                        throw new IOException("on purpose");
                                    },
                                    stage -> stage.onError(e -> e.skip())),
                    Outcome.FAILED);
            assertThat(log.with("gave up"))
                    .hasSize(2)
                    .last()
                    .asString()
                    .matches(".*\\(199[89] times since.*"); // the last one is logged after it is told of
        }
    }

    /** On the producer's thread: a message that is dropped unheard would be missing from nowhere but the listener. */
    @Test
    void whatIsDroppedThenIsToldOf() throws InterruptedException {
        Pipeline<Integer> pipeline = builder()
                .capacity(MESSAGES / 2)
                .whenFull(Overflow.dropOldest())
                .sink("hold", message -> hold.await())
                .start();
        submitHalfAndThenBreakTheClockAndSubmitTheRest(pipeline);
        hold.countDown();
        clock.setBroken(false);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.count(Outcome.DROPPED)).isGreaterThanOrEqualTo(MESSAGES / 2 - 1);
        assertThat(heard).hasSize(MESSAGES);
        assertThat(report.cause()).isEmpty();
    }

    @Test
    void closeEndsAtOnceWhatItCannotDrainAndSaysWhy() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        Pipeline<Integer> pipeline = builder()
                .sink("hang", message -> {
                    running.countDown();
                    new CountDownLatch(1).await();
                })
                .start();
        accepted(pipeline.submit(1));
        running.await();
        clock.setBroken(true);
        assertThat(catchThrowable(pipeline::close)).isSameAs(clock.thrown);
        assertThat(pipeline.state()).isEqualTo(PipelineState.TERMINATED);
        assertThat(pipeline.shutdownNow().unknown()).containsExactly(1);
        assertThat(heard).containsExactly(1);
    }

    @Test
    void shutdownThatCannotTellTheTimeLetsThePipelineDrain() throws Exception {
        Pipeline<Integer> pipeline =
                builder().sink("hold", message -> hold.await()).start();
        accepted(pipeline.submit(1));
        clock.setBroken(true);
        assertThat(catchThrowable(() -> pipeline.shutdown(LONG))).isSameAs(clock.thrown);
        assertThat(pipeline.submit(2)).isEqualTo(Admission.CLOSED);
        hold.countDown();
        Awaitility.await().until(() -> pipeline.state() == PipelineState.TERMINATED);
        assertThat(pipeline.settled(Outcome.DELIVERED)).isEqualTo(1);
    }

    /** It has not been told to drain before, or who hears of that would be taken for stuck at once. */
    @Test
    void aCallbackInLineThatIsQuickIsNotInterruptedByACloseThatCannotTellTheTime() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        AtomicReference<Throwable> interrupted = new AtomicReference<>();
        Pipeline<Integer> pipeline = builder()
                .capacity(1)
                .sink("hold", message -> {
                    holding.countDown();
                    hold.await();
                })
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        CountDownLatch heard = new CountDownLatch(5);
        for (int i = 0; i < 5; i++) {
            assertThat(pipeline.submit(2, decided -> {
                        try {
                            Thread.sleep(20); // to be met in it; far less than the patience with it
                        } catch (InterruptedException e) {
                            interrupted.set(e);
                        }
                        heard.countDown();
                    }))
                    .isEqualTo(Admission.WAITING);
        }
        clock.setBroken(true);
        assertThat(catchThrowable(pipeline::close)).isSameAs(clock.thrown);
        assertThat(heard.getCount()).isZero();
        assertThat(interrupted).hasValue(null);
    }

    /** As after an interrupt: nobody is out of time, so nobody is stuck, and whoever shuts down next waits for it. */
    @Test
    void aCallbackInLineIsLeftAloneByAShutdownThatCannotTellTheTime() throws Exception {
        CountDownLatch inCallback = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Throwable> interrupted = new AtomicReference<>();
        Pipeline<Integer> pipeline =
                builder().capacity(1).sink("hold", message -> hold.await()).start();
        accepted(pipeline.submit(1));
        assertThat(pipeline.submit(2, decided -> {
                    inCallback.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        interrupted.set(e);
                    }
                }))
                .isEqualTo(Admission.WAITING);
        clock.setBroken(true);
        assertThat(catchThrowable(() -> pipeline.shutdown(LONG))).isSameAs(clock.thrown);
        inCallback.await();
        clock.setBroken(false);
        hold.countDown();
        Running<DrainReport<Integer>> second = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        second.awaitParked();
        Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 1);
        assertThat(second.isDone()).isFalse();
        goOn.countDown();
        assertThat(second.result().stuckThreads()).isEmpty();
        assertThat(interrupted).hasValue(null);
    }

    private PipelineBuilder<Integer, Integer> builder() {
        return Pipeline.<Integer>builder("untimed")
                .clock(clock)
                .meterRegistry(new SimpleMeterRegistry())
                .onSettled(settlement -> heard.add(settlement.message()));
    }

    private void assertThatEveryMessageIsToldOf(PipelineBuilder.Assembly<Integer> assembly, Outcome outcome)
            throws InterruptedException {
        Pipeline<Integer> pipeline = assembly.start();
        submitHalfAndThenBreakTheClockAndSubmitTheRest(pipeline);
        hold.countDown();
        Awaitility.await().until(() -> heard.size() == MESSAGES);
        clock.setBroken(false);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.count(outcome)).isEqualTo(MESSAGES);
        assertThat(report.cause()).isEmpty();
    }

    /** Samples that have been taken go on, and new ones are due. */
    private void submitHalfAndThenBreakTheClockAndSubmitTheRest(Pipeline<Integer> pipeline)
            throws InterruptedException {
        for (int i = 0; i < MESSAGES; i++) {
            clock.setBroken(i >= MESSAGES / 2);
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
    }
}
