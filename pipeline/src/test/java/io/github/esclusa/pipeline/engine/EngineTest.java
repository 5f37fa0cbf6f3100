// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.Settlement;
import io.github.esclusa.pipeline.testing.Running;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine where its own resources run out: memory, and threads; and where its end meets a worker that wakes. */
@Timeout(60)
class EngineTest {

    private static final String DIES = "dead-sink-1";

    private static final SegmentSpec.BatchSpec LINGERS =
            new SegmentSpec.BatchSpec(10, Duration.ofDays(1).toNanos());

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final List<Settlement<Object>> heard = new CopyOnWriteArrayList<>();

    /** For whom memory runs out when the worker has died: so often, from then on. */
    private static final class Starved extends Ending {

        private final AtomicInteger failures;

        Starved(int failures) {
            super("dead");
            this.failures = new AtomicInteger(failures);
        }

        @Override
        Telling halt(Machine machine, List<Worker> dead) {
            starve();
            return super.halt(machine, dead);
        }

        @Override
        @SuppressWarnings("GuardedBy") // called as what it overrides is
        void drawReport(Machine machine) {
            starve();
            super.drawReport(machine);
        }

        private void starve() {
            if (failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("a second one, on purpose");
            }
        }
    }

    /** Throws at the worker that is to die. */
    private static final class DyingClock implements Clock {

        @Override
        public long nanoTime() {
            if (Thread.currentThread().getName().equals(DIES)) {
                throw new OutOfMemoryError("on purpose");
            }
            return System.nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            Clock.system().awaitUntil(lock, condition, deadlineNanos);
        }
    }

    /** Two failures: the last worker cannot draw the report either. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "3, 1", "3, 2"})
    void workerThatDiesForLackOfMemoryAndCannotEvenSaySoStillClosesTheInlets(int workers, int failures)
            throws Exception {
        CountDownLatch running = new CountDownLatch(workers);
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch othersHold = new CountDownLatch(1);
        Step.Code code = Step.sink(input -> {
            running.countDown();
            if (Thread.currentThread().getName().equals(DIES)) {
                hold.await();
                throw new IOException("makes the worker ask its clock, on purpose");
            }
            othersHold.await();
        });
        Engine engine = Engine.start(
                spec(code, workers, workers + 1, new DyingClock(), makes(-1), null), new Starved(failures));
        InletCore inlet = engine.inlets().get(0);
        for (int i = 0; i <= workers; i++) {
            assertThat(inlet.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        running.await();
        Running<Admission> blocked = Running.call(() -> inlet.submit(100)).awaitParked();
        List<Admission> calledBack = new CopyOnWriteArrayList<>();
        assertThat(inlet.submit(101, calledBack::add)).isEqualTo(Admission.WAITING);
        hold.countDown();

        assertThat(blocked.result()).isEqualTo(Admission.CLOSED);
        assertThat(inlet.trySubmit(102)).isEqualTo(Admission.CLOSED);
        assertThat(engine.state()).isEqualTo(Engine.State.FAILED);
        Awaitility.await().until(() -> threads.stream().anyMatch(thread -> !thread.isAlive()));
        othersHold.countDown();
        Awaitility.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
        DrainReport<Object> report = engine.shutdown(Duration.ofDays(1));
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.accepted()).isEqualTo(workers + 1);
        assertThat(report.unknown()).hasSize(1);
        assertThat(report.returned()).containsExactly(workers);
        assertThat(report.stuckThreads()).isEmpty();
        assertThat(heard.stream().map(Settlement::message)).hasSize(workers + 1).doesNotHaveDuplicates();
        assertThat(inlet.used()).isZero();
        assertThat(calledBack).containsExactly(Admission.CLOSED);
    }

    /** It tells nobody to drain: nothing but the sweep ends the workers. */
    @Test
    void sweepForWhichThereIsNoMemoryEndsTheWorkersAllTheSame() throws Exception {
        Engine engine = Engine.start(
                spec(Step.batchSink(batch -> {}), 1, 20, Clock.system(), makes(-1), null, LINGERS), new Starved(1));
        for (int i = 0; i < 3; i++) {
            assertThat(engine.inlets().get(0).submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        assertThatThrownBy(engine::shutdownNow).isInstanceOf(OutOfMemoryError.class);
        assertThat(engine.state()).isEqualTo(Engine.State.FAILED);
        Awaitility.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
        DrainReport<Object> report = engine.shutdown(Duration.ofDays(1));
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.returned()).containsExactly(0, 1, 2);
        assertThat(heard).hasSize(3);
    }

    /** A worker that is woken between the close of the inlets and the sweep finds nothing to begin. */
    @ParameterizedTest
    @EnumSource
    void batchThatLingersIsNotBegunByAnEndAtOnce(AtOnce how) throws Exception {
        WaitsCounted clock = new WaitsCounted();
        Queue<Object> begun = new ConcurrentLinkedQueue<>();
        Ending wakesBeforeSweep = new Ending("dead") {
            @Override
            Telling sweep(Machine machine) {
                int before = clock.waits.get();
                machine.interrupt();
                Awaitility.await().until(() -> clock.waits.get() > before || !begun.isEmpty());
                return super.sweep(machine);
            }
        };
        Engine engine = Engine.start(
                spec(Step.batchSink(begun::addAll), 1, 20, clock, makes(-1), null, LINGERS), wakesBeforeSweep);
        for (int i = 0; i < 3; i++) {
            assertThat(engine.inlets().get(0).submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await().until(() -> clock.waits.get() > 0);
        DrainReport<Object> report =
                switch (how) {
                    case NOW -> engine.shutdownNow();
                    case EXPIRED -> engine.shutdown(Duration.ZERO);
                };
        assertThat(report.returned()).containsExactly(0, 1, 2);
        assertThat(report.complete()).isFalse();
        assertThat(begun).isEmpty();
        assertThat(heard)
                .extracting(Settlement::outcome)
                .containsOnly(Outcome.RETURNED)
                .hasSize(3);
    }

    enum AtOnce {
        NOW,
        EXPIRED
    }

    /** Counts how often a worker has begun to wait for a moment. */
    private static final class WaitsCounted implements Clock {

        final AtomicInteger waits = new AtomicInteger();

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            waits.incrementAndGet();
            Clock.system().awaitUntil(lock, condition, deadlineNanos);
        }
    }

    @Test
    void startThatCannotMakeAThreadLeavesNoneAndFreesTheName() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Step.Code code = Step.sink(input -> {});
        assertThatThrownBy(() -> Engine.start(spec(code, 3, 3, Clock.system(), makes(2), registry)))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("no more threads, on purpose");
        assertThat(threads).hasSize(2);
        Awaitility.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
        assertThat(registry.getMeters()).isEmpty();
        Engine next = Engine.start(spec(code, 1, 1, Clock.system(), makes(-1), registry));
        assertThat(next.inlets().get(0).submit(1)).isEqualTo(Admission.ACCEPTED);
        assertThat(next.shutdown(Duration.ofSeconds(30)).delivered()).isEqualTo(1);
    }

    /** Also on a small stack: it is the inlets that may be many. */
    @Test
    void anyNumberOfInletsIsClosedOnASmallStack() throws Exception {
        List<InletSpec> inlets = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            inlets.add(new InletSpec("inlet-" + i, 1, Long.MAX_VALUE, null, Overflow.block()));
        }
        EngineSpec one = spec(Step.sink(input -> {}), 1, 1, Clock.system(), makes(-1), null);
        Engine engine = Engine.start(new EngineSpec(
                one.name(), inlets, one.segments(), one.threads(), one.clock(), one.listener(), one.registry()));
        FutureTask<DrainReport<Object>> shutdown = new FutureTask<>(() -> engine.shutdown(Duration.ofDays(1)));
        Thread small = new Thread(null, shutdown, "small", 192 * 1024);
        small.setDaemon(true);
        small.start();
        assertThat(shutdown.get(30, TimeUnit.SECONDS).balanced()).isTrue();
        assertThat(engine.inlets().get(4_999).trySubmit(1)).isEqualTo(Admission.CLOSED);
    }

    private EngineSpec spec(
            Step.Code code,
            int workers,
            int capacity,
            Clock clock,
            Function<String, ThreadFactory> makes,
            @Nullable MeterRegistry registry) {
        return spec(code, workers, capacity, clock, makes, registry, null);
    }

    private EngineSpec spec(
            Step.Code code,
            int workers,
            int capacity,
            Clock clock,
            Function<String, ThreadFactory> makes,
            @Nullable MeterRegistry registry,
            SegmentSpec.@Nullable BatchSpec batch) {
        ErrorPolicy<Object> retries = ErrorPolicy.standard().retry(RetryConfig.ofDefaults());
        return new EngineSpec(
                "dead",
                List.of(new InletSpec("main", capacity, Long.MAX_VALUE, null, Overflow.block())),
                List.of(new SegmentSpec("sink", List.of(new Step("sink", code, retries)), workers, batch)),
                makes,
                clock,
                heard::add,
                registry);
    }

    /** Makes so many threads and no more; any number if negative. */
    private Function<String, ThreadFactory> makes(int most) {
        return prefix -> {
            NamedThreads factory = NamedThreads.platform(prefix);
            return task -> {
                if (threads.size() == most) {
                    throw new OutOfMemoryError("no more threads, on purpose");
                }
                Thread thread = factory.newThread(task);
                threads.add(thread);
                return thread;
            };
        };
    }
}
