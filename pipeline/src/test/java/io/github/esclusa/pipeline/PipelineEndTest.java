// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the ways to start and to end a pipeline promise, each for itself. */
@Timeout(60)
class PipelineEndTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final CountDownLatch holding = new CountDownLatch(1);
    private final CountDownLatch hold = new CountDownLatch(1);

    @Test
    void closeThatIsInterruptedEndsAtOnceAndKeepsTheFlag() throws Exception {
        Pipeline<Integer> pipeline =
                held().closeTimeout(Duration.ofDays(1)).sink("hold", this::hold).start();
        accepted(pipeline.submit(1));
        holding.await();
        Running<Boolean> closer = Running.call(() -> {
            pipeline.close();
            return Thread.currentThread().isInterrupted();
        });
        Awaitility.await().until(() -> pipeline.state() == PipelineState.DRAINING);
        closer.awaitParked().thread().interrupt();
        assertThat(closer.result()).isTrue();
        assertThat(pipeline.state()).isEqualTo(PipelineState.TERMINATED);
        assertThat(pipeline.shutdown(LONG).unknown()).containsExactly(1);
    }

    @Test
    void closeThatDoesNotGetEverythingDoneWarnsOnce() throws Exception {
        try (LogLines log = LogLines.open()) {
            Pipeline<Integer> pipeline =
                    held().closeTimeout(Duration.ZERO).sink("hold", this::hold).start();
            accepted(pipeline.submit(1));
            holding.await();
            pipeline.close();
            pipeline.close();
            assertThat(log.with("was closed before it was drained"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("'ending'", "unknown 1"));
        }
    }

    /** The message is delivered, so nothing is lost. */
    @Test
    void closeThatLeavesAListenerStuckWarnsOfThat() throws Exception {
        try (LogLines log = LogLines.open()) {
            Pipeline<Integer> pipeline = held().closeTimeout(Duration.ZERO)
                    .onSettled(settled -> {
                        holding.countDown();
                        boolean unused = hasCome(hold);
                    })
                    .sink("take", n -> {})
                    .start();
            accepted(pipeline.submit(1));
            holding.await();
            pipeline.close();
            assertThat(log.with("threads are stuck")).singleElement().satisfies(line -> assertThat(line)
                    .contains("'ending'", "delivered 1", "ending-take-1"));
        }
    }

    @Test
    void closeThatGetsEverythingDoneWarnsOfNothing() throws Exception {
        try (LogLines log = LogLines.open()) {
            Pipeline<Integer> pipeline = held().sink("take", n -> {}).start();
            accepted(pipeline.submit(1));
            pipeline.close();
            assertThat(pipeline.settled(Outcome.DELIVERED)).isEqualTo(1);
            assertThat(log.with("'ending'")).isEmpty();
        }
    }

    @Test
    void closeWaitsAsLongAsItsTimeoutSays() throws Exception {
        Pipeline<Integer> pipeline = held().clock(clock)
                .closeTimeout(Duration.ofSeconds(7))
                .sink("hold", this::hold)
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        Running<Boolean> closer = Running.call(() -> {
            pipeline.close();
            return true;
        });
        Awaitility.await().until(() -> clock.waiters() > 0);
        clock.advance(Duration.ofSeconds(7).minusNanos(1));
        assertThat(pipeline.state()).isEqualTo(PipelineState.DRAINING);
        assertThat(closer.isDone()).isFalse();
        clock.advance(Duration.ofNanos(1));
        assertThat(closer.result()).isTrue();
        assertThat(pipeline.shutdown(LONG).unknown()).containsExactly(1);
    }

    @Test
    void shutdownThatIsInterruptedGoesOnDrainingAndTellsCallbacksInLine() throws Exception {
        Pipeline<Integer> pipeline = held().sink("hold", this::hold).start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        List<Admission> heard = new CopyOnWriteArrayList<>();
        assertThat(pipeline.submit(3, heard::add)).isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> interrupted = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        Awaitility.await().until(() -> pipeline.state() == PipelineState.DRAINING);
        interrupted.awaitParked().thread().interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        assertThat(heard).containsExactly(Admission.CLOSED);
        assertThat(pipeline.state()).isEqualTo(PipelineState.DRAINING);
        assertThat(pipeline.trySubmit(4)).isEqualTo(Admission.CLOSED);
        hold.countDown();
        Awaitility.await().until(() -> pipeline.state() == PipelineState.TERMINATED);
        assertThat(pipeline.shutdown(Duration.ZERO).delivered()).isEqualTo(2);
    }

    @Test
    void callbacksInLineHearOfShutdownNow() throws Exception {
        Pipeline<Integer> pipeline = held().sink("hold", this::hold).start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        List<Admission> heard = new CopyOnWriteArrayList<>();
        assertThat(pipeline.submit(3, heard::add)).isEqualTo(Admission.WAITING);
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(heard).containsExactly(Admission.CLOSED);
        assertThat(report.accepted()).isEqualTo(2);
        pipeline.shutdownNow();
        assertThat(heard).hasSize(1);
    }

    /** On a thread of the pipeline's, which it would keep alive, and the process with it. */
    @Test
    void callbackThatBlocksIsInterruptedAtTheDeadlineAndNamedAsStuck() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        CompletableFuture<Boolean> behindIsInterrupted = new CompletableFuture<>();
        Pipeline<Integer> pipeline = full(clock);
        Admission third = pipeline.submit(3, answer -> {
            blocks.countDown();
            hasCome(new CountDownLatch(1));
        });
        assertThat(third).isEqualTo(Admission.WAITING);
        Admission fourth = pipeline.submit(
                4, answer -> behindIsInterrupted.complete(Thread.currentThread().isInterrupted()));
        assertThat(fourth).isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> shutdown = Running.call(() -> pipeline.shutdown(Duration.ofSeconds(1)));
        blocks.await();
        Awaitility.await().until(() -> clock.waiters() > 0);
        clock.advance(Duration.ofSeconds(1));
        assertThat(shutdown.result().stuckThreads())
                .extracting(StuckThread::name)
                .containsExactly("ending-hold-1", "ending-close-1");
        assertThat(behindIsInterrupted.get(30, TimeUnit.SECONDS)).isFalse();
        awaitNoThreads();
    }

    /** The report is drawn then, and given to nobody before the callback has come back or the deadline has come. */
    @Test
    void callbackThatBlocksIsNamedAsStuckThoughEverythingWasDone() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        Pipeline<Integer> pipeline = full(clock);
        Admission third = pipeline.submit(3, answer -> {
            blocks.countDown();
            hasCome(new CountDownLatch(1));
        });
        assertThat(third).isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> patient = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        blocks.await();
        hold.countDown();
        Awaitility.await().until(() -> pipeline.state() == PipelineState.TERMINATED);
        assertThat(patient.isDone()).isFalse();
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.complete()).isTrue();
        assertThat(report.balanced()).isTrue();
        assertThat(report.delivered()).isEqualTo(2);
        assertThat(report.stuckThreads()).extracting(StuckThread::name).containsExactly("ending-close-1");
        assertThat(patient.result()).isSameAs(report);
        awaitNoThreads();
        assertThat(pipeline.shutdownNow()).isSameAs(report);
    }

    /** On the thread of whoever ends the pipeline it would keep that: in a shutdown hook, the process. */
    @Test
    void listenerThatBlocksAtTheEndIsInterruptedAndNamedAsStuck() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Queue<Integer> interrupted = new ConcurrentLinkedQueue<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("ending")
                .capacity(3)
                .onSettled(settlement -> {
                    if (settlement.message() == 2 && !hasCome(never)) {
                        interrupted.add(settlement.message());
                    }
                })
                .sink("hold", this::hold)
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        accepted(pipeline.submit(3));
        DrainReport<Integer> report;
        try (LogLines log = LogLines.open()) {
            report = Running.call(() -> pipeline.shutdown(Duration.ZERO)).result();
            assertThat(log.with("has not come back")).singleElement().satisfies(line -> assertThat(line)
                    .contains("'ending'", "ending-close-1 in CountDownLatch.await"));
        }
        assertThat(report.returned()).containsExactly(2, 3);
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.stuckThreads())
                .extracting(StuckThread::name)
                .containsExactly("ending-hold-1", "ending-close-1");
        awaitNoThreads();
        assertThat(interrupted).containsExactly(2);
        assertThat(pipeline.inlet("main").inFlight()).isZero();
    }

    /** The first inlet's callback holds up the thread that is to tell the second one's. */
    @Test
    void shutdownThatIsInterruptedWhileCallbacksHoldUpOneAnotherDrawsNoReport() throws Exception {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("ending")
                .inlet("a", inlet -> inlet.capacity(1))
                .inlet("b", inlet -> inlet.capacity(1))
                .sink("hold", this::hold)
                .start();
        accepted(pipeline.inlet("a").submit(1));
        holding.await();
        accepted(pipeline.inlet("b").submit(2));
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Queue<Admission> heard = new ConcurrentLinkedQueue<>();
        assertThat(pipeline.inlet("a").submit(3, answer -> {
                    blocks.countDown();
                    hasCome(goOn);
                }))
                .isEqualTo(Admission.WAITING);
        assertThat(pipeline.inlet("b").submit(4, answer -> {
                    hasCome(goOn);
                    heard.add(answer);
                }))
                .isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> interrupted = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        blocks.await();
        interrupted.awaitParked().thread().interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        assertThat(pipeline.state()).isEqualTo(PipelineState.DRAINING);
        goOn.countDown();
        Awaitility.await().until(() -> heard.size() == 1);
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.balanced()).isTrue();
        assertThat(report.unknown()).containsExactly(1);
        assertThat(report.returned()).containsExactly(2);
    }

    @Test
    void callbackThatBlocksDoesNotHoldUpShutdownNow() throws Exception {
        Pipeline<Integer> pipeline = full(clock);
        AtomicBoolean interrupted = new AtomicBoolean();
        Admission third = pipeline.submit(3, answer -> interrupted.set(!hasCome(new CountDownLatch(1))));
        assertThat(third).isEqualTo(Admission.WAITING);
        List<Admission> heard = new CopyOnWriteArrayList<>();
        assertThat(pipeline.submit(4, heard::add)).isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> shutdown = Running.call(pipeline::shutdownNow);
        assertThat(shutdown.result().stuckThreads())
                .extracting(StuckThread::name)
                .containsExactly("ending-hold-1", "ending-close-1");
        awaitNoThreads();
        assertThat(interrupted).isTrue();
        assertThat(heard).containsExactly(Admission.CLOSED);
    }

    /** A thread between two callbacks is in the clock, where one in line ceases to be held back. */
    @Test
    void threadBetweenTwoCallbacksIsNotStuckAndOneThatBlocksLaterIsInterruptedByTheNextShutdown() throws Exception {
        CountDownLatch between = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch blocks = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        Clock slowBetween = new Clock() {
            @Override
            public long nanoTime() {
                if (Thread.currentThread().getName().equals("ending-close-1") && blocks.getCount() > 0) {
                    between.countDown();
                    interrupted.set(!hasCome(goOn));
                }
                return System.nanoTime();
            }

            @Override
            public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
                Clock.system().awaitUntil(lock, condition, deadlineNanos);
            }
        };
        Pipeline<Integer> pipeline = full(slowBetween);
        assertThat(pipeline.submit(3, answer -> {})).isEqualTo(Admission.WAITING);
        Admission fourth = pipeline.submit(4, answer -> {
            blocks.countDown();
            hasCome(new CountDownLatch(1));
        });
        assertThat(fourth).isEqualTo(Admission.WAITING);
        Running<DrainReport<Integer>> patient = Running.call(() -> pipeline.shutdown(Duration.ofDays(1)));
        between.await();
        DrainReport<Integer> report = pipeline.shutdownNow();
        assertThat(report.stuckThreads()).extracting(StuckThread::name).containsExactly("ending-hold-1");
        assertThat(patient.result()).isSameAs(report);
        goOn.countDown();
        blocks.await();
        assertThat(interrupted).isFalse();
        assertThat(pipeline.shutdownNow()).isSameAs(report);
        awaitNoThreads();
    }

    @Test
    void virtualThreadsAreAClearErrorWhereThereAreNone() {
        assumeTrue(Runtime.version().feature() < 21, "this JVM has virtual threads");
        assertThatThrownBy(() -> held().threads(ThreadKind.VIRTUAL))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("ending");
    }

    @Test
    void virtualThreadsWorkWhereThereAreSome() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "this JVM has no virtual threads: they came with Java 21");
        List<Thread> threads = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = held().threads(ThreadKind.VIRTUAL)
                .sink("note", n -> threads.add(Thread.currentThread()))
                .start();
        accepted(pipeline.submit(1));
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(1);
        assertThat(threads).singleElement().satisfies(thread -> assertThat(thread.toString())
                .contains("VirtualThread", "ending-note-1"));
    }

    @Test
    void aBuilderIsStartedOnce() throws Exception {
        PipelineBuilder.Assembly<Integer> assembly = held().sink("take", n -> {});
        try (Pipeline<Integer> first = assembly.start()) {
            assertThatThrownBy(assembly::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'ending'")
                    .hasMessageContaining("started");
            assertThat(first.submit(1)).isEqualTo(Admission.ACCEPTED);
        }
    }

    @Test
    void noRegistryIsNoMeters() throws Exception {
        Pipeline<Integer> pipeline =
                held().meterRegistry(null).sink("take", n -> {}).start();
        accepted(pipeline.submit(1));
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(1);
    }

    private static PipelineBuilder<Integer, Integer> held() {
        return Pipeline.<Integer>builder("ending").capacity(2);
    }

    /** One message is held, one is queued. */
    private Pipeline<Integer> full(Clock clock) throws InterruptedException {
        Pipeline<Integer> pipeline =
                held().clock(clock).sink("hold", this::hold).start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        return pipeline;
    }

    /** {@code false} if it was interrupted first, which leaves the flag set. */
    private static boolean hasCome(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void awaitNoThreads() {
        Awaitility.await().atMost(LONG).until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("ending-")));
    }

    private void hold(Integer message) throws InterruptedException {
        holding.countDown();
        hold.await();
    }
}
