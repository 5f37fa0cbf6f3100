// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.metrics.Recording;
import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an instrumented lock shows, on a clock that is moved by hand. */
@Timeout(60)
@SuppressWarnings("LockNotBeforeTry") // Some holds end elsewhere than in their block: that is what is tested.
class LockMetricsTest {

    private static final int NEVER = 1_000_000_000;

    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 1_000_000_000L);
    private final MeterRegistry registry = new SimpleMeterRegistry();

    private InstrumentedLock.Builder lock() {
        return InstrumentedLock.builder("orders").clock(clock).meterRegistry(registry);
    }

    private InstrumentedLock everyHoldSampled() {
        return lock().sampling(() -> 1).build();
    }

    /** The first acquire of a lock is always sampled: it is spent here. */
    private InstrumentedLock noHoldSampled() {
        return spent(lock().sampling(() -> NEVER).build());
    }

    private static InstrumentedLock spent(InstrumentedLock lock) {
        InstrumentedLockTest.pass(lock);
        return lock;
    }

    @Test
    void holdIsRecordedOnceForAReentrantHold() {
        InstrumentedLock lock = everyHoldSampled();
        try (Held outer = lock.hold()) {
            clock.advance(Duration.ofSeconds(1));
            try (Held inner = lock.hold()) {
                clock.advance(Duration.ofSeconds(2));
            }
            clock.advance(Duration.ofSeconds(3));
        }
        assertThat(timer(LockMetrics.HOLD).count()).isEqualTo(1);
        assertThat(timer(LockMetrics.HOLD).totalTime(TimeUnit.SECONDS)).isEqualTo(6);
        assertThat(counter(LockMetrics.ACQUISITIONS)).isEqualTo(1);
        assertThat(counter(LockMetrics.CONTENDED)).isZero();
        assertThat(timer(LockMetrics.WAIT).count()).isZero();
    }

    @Test
    void timeInConditionAwaitIsNotHeld() throws Exception {
        InstrumentedLock lock = everyHoldSampled();
        Condition changed = lock.newCondition();
        boolean[] told = new boolean[1];
        Running<?> waiter = Running.run(() -> {
            try (Held held = lock.hold()) {
                clock.advance(Duration.ofSeconds(1));
                while (!told[0]) {
                    changed.await();
                }
                clock.advance(Duration.ofSeconds(2));
            }
        });
        waiter.awaitParked();
        assertThat(gauge(LockMetrics.HELD)).isZero();
        clock.advance(Duration.ofSeconds(100));
        try (Held held = lock.hold()) {
            clock.advance(Duration.ofSeconds(10));
            told[0] = true;
            changed.signalAll();
        }
        waiter.result();

        assertThat(timer(LockMetrics.HOLD).count()).isEqualTo(2);
        assertThat(timer(LockMetrics.HOLD).totalTime(TimeUnit.SECONDS)).isEqualTo(13);
        assertThat(counter(LockMetrics.ACQUISITIONS)).isEqualTo(2);
    }

    @Test
    void deadlineWaitsOnItsConditionByTheManualClock() throws Exception {
        InstrumentedLock lock = everyHoldSampled();
        Condition never = lock.newCondition();
        Running<Boolean> waiter = Running.call(() -> {
            Deadline deadline = Deadline.after(Duration.ofSeconds(5), clock);
            try (Held held = lock.hold()) {
                while (deadline.await(lock, never)) {
                    assertThat(lock.isHeldByCurrentThread()).isTrue();
                }
                return deadline.hasExpired();
            }
        });
        clock.awaitWaiters(1, Running.LIMIT);
        InstrumentedLockTest.pass(lock); // It registers while it still holds the lock: now it has let go.
        clock.advance(Duration.ofSeconds(5));
        assertThat(waiter.result()).isTrue();
        assertThat(timer(LockMetrics.HOLD).max(TimeUnit.SECONDS)).isZero();
    }

    @Test
    void waitIsTimedAndCountedOnlyWhenThereIsOne() throws Exception {
        InstrumentedLock lock = noHoldSampled();
        Running<?> waiter;
        try (Held held = lock.hold()) {
            waiter = Running.run(() -> InstrumentedLockTest.pass(lock));
            InstrumentedLockTest.awaitQueued(lock, 1);
            clock.advance(Duration.ofSeconds(7));
        }
        waiter.result();

        assertThat(counter(LockMetrics.CONTENDED)).isEqualTo(1);
        assertThat(timer(LockMetrics.WAIT).count()).isEqualTo(1);
        assertThat(timer(LockMetrics.WAIT).totalTime(TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(counter(LockMetrics.ACQUISITIONS)).isEqualTo(3);
    }

    @Test
    void waitAndHoldShowWhileTheyLastAndAreGoneAfterwards() throws Exception {
        InstrumentedLock lock = noHoldSampled();
        Running<?> waiter;
        try (Held held = lock.hold()) {
            waiter = Running.run(() -> InstrumentedLockTest.pass(lock));
            InstrumentedLockTest.awaitQueued(lock, 1);
            clock.advance(Duration.ofSeconds(3));
            assertThat(gauge(LockMetrics.QUEUED)).isEqualTo(1);
            assertThat(gauge(LockMetrics.WAIT_OLDEST)).isEqualTo(3);
            assertThat(gauge(LockMetrics.HELD)).isEqualTo(3);
            clock.advance(Duration.ofSeconds(4));
            assertThat(gauge(LockMetrics.WAIT_OLDEST)).isEqualTo(7);
            assertThat(gauge(LockMetrics.HELD)).isEqualTo(7);
        }
        waiter.result();
        clock.advance(Duration.ofSeconds(5));
        assertThat(gauge(LockMetrics.QUEUED)).isZero();
        assertThat(gauge(LockMetrics.WAIT_OLDEST)).isZero();
        assertThat(gauge(LockMetrics.HELD)).isZero();
    }

    /** A holder that had to wait is sighted by itself: those behind it in the queue came under an earlier turn. */
    @Test
    void holdOfOneWhoWaitedShowsToo() throws Exception {
        InstrumentedLock lock = noHoldSampled();
        Condition go = lock.newCondition();
        boolean[] released = new boolean[1];
        Running<?> second;
        lock.lock();
        second = Running.run(() -> {
            lock.lock();
            released[0] = true;
            clock.advance(Duration.ofSeconds(9));
            assertThat(gauge(LockMetrics.HELD)).isEqualTo(9);
            go.signalAll();
            lock.unlock();
        });
        InstrumentedLockTest.awaitQueued(lock, 1);
        lock.unlock();
        second.result();
        assertThat(released[0]).isTrue();
    }

    @Test
    void holdNobodyWaitsForCountsFromTheFirstLook() {
        InstrumentedLock lock = noHoldSampled();
        try (Held held = lock.hold()) {
            clock.advance(Duration.ofSeconds(50));
            assertThat(gauge(LockMetrics.HELD)).isZero();
            clock.advance(Duration.ofSeconds(2));
            assertThat(gauge(LockMetrics.HELD)).isEqualTo(2);
        }
        try (Held held = lock.hold()) {
            assertThat(gauge(LockMetrics.HELD)).isZero();
        }
    }

    @Test
    void uncontendedAcquireReadsNoClockUnlessSampled() {
        AtomicInteger reads = new AtomicInteger();
        Clock counting = new Clock() {
            @Override
            public long nanoTime() {
                return reads.incrementAndGet();
            }

            @Override
            public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
                throw new AssertionError("not waited on");
            }
        };
        InstrumentedLock lock =
                spent(lock().clock(counting).sampling(() -> NEVER).build());
        reads.set(0);
        for (int i = 0; i < 1_000; i++) {
            try (Held held = lock.hold()) {
                assertThat(lock.tryLock()).isTrue();
                lock.unlock();
            }
        }
        assertThat(reads).hasValue(0);
        assertThat(counter(LockMetrics.ACQUISITIONS)).isEqualTo(1_001);
    }

    @Test
    void aboutOneHoldIn64IsSampled() {
        InstrumentedLock lock = lock().build();
        for (int i = 0; i < 64_000; i++) {
            InstrumentedLockTest.pass(lock);
        }
        assertThat(timer(LockMetrics.HOLD).count()).isBetween(700L, 1_400L);
    }

    @Test
    void timeoutIsCountedAndItsWaitRecorded() throws Exception {
        InstrumentedLock lock = noHoldSampled();
        try (Held held = lock.hold()) {
            assertThat(Running.call(() -> lock.tryHold(Duration.ofMillis(5))).result())
                    .isEmpty();
            assertThat(Running.call(() -> lock.tryHold(Duration.ZERO)).result()).isEmpty();
            assertThat(Running.call(lock::tryLock).result()).isFalse();
            Running<?> interrupted = Running.run(lock::lockInterruptibly);
            InstrumentedLockTest.awaitQueued(lock, 1);
            interrupted.interrupt();
            assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        }
        assertThat(counter(LockMetrics.TIMEOUT)).isEqualTo(2);
        assertThat(counter(LockMetrics.CONTENDED)).isEqualTo(2);
        assertThat(timer(LockMetrics.WAIT).count()).isEqualTo(2);
        assertThat(gauge(LockMetrics.WAIT_OLDEST)).isZero();
    }

    @Test
    void longHoldIsCountedAndLoggedAfterTheRelease() throws Exception {
        InstrumentedLock lock =
                lock().sampling(() -> 1).longHold(Duration.ofSeconds(2)).build();
        try (LogCapture log = LogCapture.of(InstrumentedLock.class)) {
            try (Held held = lock.hold()) {
                clock.advance(Duration.ofMillis(1_999));
            }
            assertThat(log.lines()).isEmpty();
            try (Held held = lock.hold()) {
                clock.advance(Duration.ofSeconds(2));
                assertThat(log.lines()).isEmpty();
            }
            assertThat(log.lines()).singleElement().asString().contains("orders", "PT2S");
        }
        assertThat(counter(LockMetrics.LONG_HOLD)).isEqualTo(1);
    }

    @Test
    void closedLockLogsNothing() throws Exception {
        InstrumentedLock lock =
                lock().sampling(() -> 1).longHold(Duration.ofSeconds(2)).build();
        lock.close();
        try (LogCapture log = LogCapture.of(InstrumentedLock.class)) {
            Running<?> waiter;
            try (Held held = lock.hold()) {
                waiter = Running.run(() -> InstrumentedLockTest.pass(lock));
                InstrumentedLockTest.awaitQueued(lock, 1);
                assertThat(Running.call(() -> lock.tryLock(1, TimeUnit.NANOSECONDS))
                                .result())
                        .isFalse();
                clock.advance(Duration.ofSeconds(5));
            }
            waiter.result();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void longHoldIsSeenFromTheFirstWaiterOn() throws Exception {
        InstrumentedLock lock = spent(InstrumentedLock.builder("orders")
                .clock(clock)
                .sampling(() -> NEVER)
                .longHold(Duration.ofSeconds(2))
                .build());
        try (LogCapture log = LogCapture.of(InstrumentedLock.class)) {
            Running<?> waiter;
            try (Held held = lock.hold()) {
                waiter = Running.run(() -> InstrumentedLockTest.pass(lock));
                InstrumentedLockTest.awaitQueued(lock, 1);
                clock.advance(Duration.ofSeconds(5));
            }
            waiter.result();
            assertThat(log.lines()).anySatisfy(line -> assertThat(line).contains("WARN", "at least PT5S"));
        }
    }

    @Test
    void waitingAndGettingAreLoggedForDebugging() throws Exception {
        InstrumentedLock lock = noHoldSampled();
        try (LogCapture log = LogCapture.of(InstrumentedLock.class)) {
            Running<?> waiter;
            try (Held held = lock.hold()) {
                waiter = Running.run(() -> InstrumentedLockTest.pass(lock));
                InstrumentedLockTest.awaitQueued(lock, 1);
            }
            waiter.result();
            assertThat(log.lines())
                    .anySatisfy(line -> assertThat(line)
                            .contains(
                                    "waits for lock 'orders'",
                                    Thread.currentThread().getName()))
                    .anySatisfy(line -> assertThat(line).contains("had lock 'orders'"));
        }
    }

    /** As where memory for a place in the lock's queue cannot be had. */
    @Test
    void aWaitThatEndsWithAnErrorIsNotUnderWayAnyMore() {
        OwnedLock failing = new OwnedLock(Fairness.BARGING) {
            private static final long serialVersionUID = 1;

            @Override
            boolean tryNow() {
                return false;
            }

            @Override
            public void lock() {
                throw new OutOfMemoryError("on purpose");
            }

            @Override
            public void lockInterruptibly() {
                lock();
            }

            @Override
            public boolean tryLock(long time, TimeUnit unit) {
                lock();
                return false;
            }
        };
        WatchedLock lock = new WatchedLock(failing, "orders", Long.MAX_VALUE, clock, () -> NEVER, registry);
        assertThatThrownBy(lock::lock).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(lock::lockInterruptibly).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> lock.tryLock(1, TimeUnit.HOURS)).isInstanceOf(OutOfMemoryError.class);
        clock.advance(Duration.ofSeconds(3));
        assertThat(gauge(LockMetrics.WAIT_OLDEST)).isZero();
        assertThat(counter(LockMetrics.TIMEOUT)).isZero();
    }

    @Test
    void recordingHappensAfterTheRelease() {
        AtomicReference<@Nullable InstrumentedLock> recorded = new AtomicReference<>();
        AtomicInteger recordings = new AtomicInteger();
        MeterRegistry watching = registryWith(() -> {
            InstrumentedLock lock = recorded.get();
            assertThat(lock).isNotNull();
            assertThat(lock.isHeldByCurrentThread()).isFalse();
            recordings.incrementAndGet();
        });
        InstrumentedLock lock = InstrumentedLock.builder("orders")
                .meterRegistry(watching)
                .sampling(() -> 1)
                .build();
        recorded.set(lock);
        InstrumentedLockTest.pass(lock);
        assertThat(recordings).hasValue(1);
    }

    @Test
    void meterThatThrowsIsReportedOnceAndTheLockWorksOn() {
        MeterRegistry broken = registryWith(() -> {
            throw new AssertionError("a broken meter, on purpose");
        });
        InstrumentedLock lock = InstrumentedLock.builder("orders")
                .meterRegistry(broken)
                .sampling(() -> 1)
                .build();
        try (LogCapture log = LogCapture.of(Recording.class)) {
            for (int i = 0; i < 3; i++) {
                InstrumentedLockTest.pass(lock);
            }
            assertThat(log.lines()).singleElement().asString().contains("WARN recording failed", "lock 'orders'");
        }
        assertThat(lock.isHeldByCurrentThread()).isFalse();
    }

    @Test
    void loggerThatThrowsDoesNotReachTheLocksUser() throws Exception {
        InstrumentedLock lock =
                lock().sampling(() -> 1).longHold(Duration.ofSeconds(1)).build();
        try (LogCapture log = LogCapture.broken(InstrumentedLock.class)) {
            Running<?> waiter;
            try (Held held = lock.hold()) {
                waiter = Running.run(() -> InstrumentedLockTest.pass(lock));
                InstrumentedLockTest.awaitQueued(lock, 1);
                clock.advance(Duration.ofSeconds(1));
            }
            waiter.result();
            assertThat(log.lines()).isNotEmpty();
        }
        assertThat(lock.tryLock()).isTrue();
        lock.unlock();
    }

    @Test
    void clockThatThrowsLeavesNobodyHoldingTheLock() throws Exception {
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        Clock failing = new Clock() {
            @Override
            public long nanoTime() {
                RuntimeException e = failure.get();
                if (e != null) {
                    throw e;
                }
                return 0;
            }

            @Override
            public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
                throw new AssertionError("not waited on");
            }
        };
        InstrumentedLock lock = lock().clock(failing).sampling(() -> 1).build();
        failure.set(new IllegalStateException("a broken clock, on purpose"));
        assertThatThrownBy(lock::lock).hasMessageContaining("broken clock");
        assertThat(lock.isHeldByCurrentThread()).isFalse();

        failure.set(null);
        lock.lock();
        failure.set(new IllegalStateException("a broken clock, on purpose"));
        assertThatThrownBy(lock::unlock).hasMessageContaining("broken clock");
        assertThat(lock.isHeldByCurrentThread()).isFalse();

        failure.set(null);
        InstrumentedLockTest.pass(lock);
        assertThat(gauge(LockMetrics.HELD)).isZero();
    }

    @Test
    void everyMeterCarriesNameAndModeAndGoesWithTheLock() {
        InstrumentedLock lock = everyHoldSampled();
        assertThat(registry.getMeters())
                .filteredOn(meter -> !meter.getId().getName().equals(LockMetrics.PREFIX + ".info"))
                .filteredOn(meter -> !meter.getId().getName().endsWith(".histogram")) // the simple registry's buckets
                .hasSize(9)
                .allSatisfy(meter -> {
                    assertThat(meter.getId().getTag("name")).isEqualTo("orders");
                    assertThat(meter.getId().getTag("mode")).isEqualTo("exclusive");
                });
        assertThat(timer(LockMetrics.WAIT).takeSnapshot().histogramCounts()).hasSize(13);

        lock.close();
        lock.close();

        assertThat(registry.getMeters()).isEmpty();
        InstrumentedLockTest.pass(lock);
    }

    /** Nothing but the one gauge refers to what it reads. */
    @ParameterizedTest
    @ValueSource(strings = {LockMetrics.QUEUED, LockMetrics.HELD, LockMetrics.WAIT_OLDEST})
    void gaugeDoesNotDieWithItsLock(String alone) {
        registry.config().meterFilter(MeterFilter.denyUnless(id -> id.getName().equals(alone)));
        WeakReference<InstrumentedLock> dropped = new WeakReference<>(lock().build());
        Awaitility.await().atMost(Running.LIMIT).until(() -> {
            System.gc();
            return dropped.get() == null;
        });
        assertThat(gauge(alone)).isZero();
    }

    @Test
    void secondLiveLockOfANameIsAnErrorUntilTheFirstIsClosed() {
        InstrumentedLock first = everyHoldSampled();
        assertThatThrownBy(this::everyHoldSampled)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("orders");
        first.close();
        InstrumentedLock second = everyHoldSampled();
        first.close();
        InstrumentedLockTest.pass(second);
        assertThat(timer(LockMetrics.HOLD).count()).isEqualTo(1);
    }

    /** A registry whose timers do something of their own when they record. */
    private static MeterRegistry registryWith(Runnable onRecord) {
        return new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(
                    Meter.Id id, DistributionStatisticConfig configuration, PauseDetector pauseDetector) {
                return new StepTimer(id, clock, configuration, pauseDetector, TimeUnit.SECONDS, 1_000, false) {
                    @Override
                    protected void recordNonNegative(long amount, TimeUnit unit) {
                        onRecord.run();
                    }
                };
            }
        };
    }

    private Timer timer(String name) {
        return registry.get(name).tag("name", "orders").tag("mode", "exclusive").timer();
    }

    private double counter(String name) {
        FunctionCounter counter = registry.get(name).tag("name", "orders").functionCounter();
        return counter.count();
    }

    /** Time gauges in seconds, the registry's base unit. */
    private double gauge(String name) {
        return registry.get(name).tag("name", "orders").gauge().value();
    }
}
