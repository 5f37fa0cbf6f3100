// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an instrumented lock does as a lock: watched and unwatched, barging and fair. */
@Timeout(60)
@SuppressWarnings("LockNotBeforeTry") // Some holds end elsewhere than in their block: that is what is tested.
class InstrumentedLockTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    enum Form {
        UNWATCHED(false, Fairness.BARGING),
        UNWATCHED_FAIR(false, Fairness.FIRST_COME),
        WATCHED(true, Fairness.BARGING),
        WATCHED_FAIR(true, Fairness.FIRST_COME);

        private final boolean watched;
        private final Fairness fairness;

        Form(boolean watched, Fairness fairness) {
            this.watched = watched;
            this.fairness = fairness;
        }

        InstrumentedLock lock() {
            MeterRegistry registry = watched ? new SimpleMeterRegistry() : null;
            return InstrumentedLock.builder("orders")
                    .fairness(fairness)
                    .meterRegistry(registry)
                    .build();
        }
    }

    @ParameterizedTest
    @EnumSource
    void excludesOtherThreadsUnderContention(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        int[] count = new int[1];
        List<Running<@Nullable Object>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Running.run(() -> {
                for (int n = 0; n < 2_000; n++) {
                    try (Held held = lock.hold()) {
                        count[0]++;
                    }
                }
            }));
        }
        for (Running<?> thread : threads) {
            thread.result();
        }
        assertThat(count[0]).isEqualTo(8_000);
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void isReentrantAndFreeAfterAsManyReleases(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        try (Held outer = lock.hold()) {
            try (Held inner = lock.holdInterruptibly()) {
                assertThat(lock.tryLock()).isTrue();
                lock.unlock();
                assertThat(lock.tryLock(0, TimeUnit.SECONDS)).isTrue();
                lock.unlock();
            }
            assertThat(lock.isHeldByCurrentThread()).isTrue();
            assertThat(Running.call(lock::tryLock).result()).isFalse();
        }
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void ownerReentersThoughOthersWait(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        Running<?> waiter;
        try (Held outer = lock.hold()) {
            waiter = Running.run(() -> pass(lock));
            awaitQueued(lock, 1);
            assertThat(lock.tryHold(Duration.ZERO)).hasValueSatisfying(Held::close);
            try (Held inner = lock.hold()) {
                assertThat(lock.isHeldByCurrentThread()).isTrue();
            }
        }
        waiter.result();
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void tryHoldTimesOutAndLeavesTheLockWhole(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        try (Held held = lock.hold()) {
            assertThat(Running.call(() -> lock.tryHold(SHORT)).result()).isEmpty();
            assertThat(Running.call(() -> lock.tryHold(Duration.ZERO)).result()).isEmpty();
            assertThat(Running.call(() -> lock.tryHold(Duration.ofSeconds(-1))).result())
                    .isEmpty();
        }
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void tryHoldGetsALockReleasedInTime(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        Running<Boolean> waiter;
        try (Held held = lock.hold()) {
            waiter = Running.call(() -> {
                Optional<Held> taken = lock.tryHold(Duration.ofSeconds(Long.MAX_VALUE));
                taken.ifPresent(Held::close);
                return taken.isPresent();
            });
            awaitQueued(lock, 1);
        }
        assertThat(waiter.result()).isTrue();
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void interruptLeavesAsInterruptedExceptionAndLeavesTheLockWhole(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        try (Held held = lock.hold()) {
            Running<?> interruptible = Running.run(lock::lockInterruptibly);
            Running<?> timed = Running.run(() -> lock.tryHold(LONG).ifPresent(Held::close));
            awaitQueued(lock, 2);
            interruptible.interrupt();
            timed.interrupt();
            assertThat(interruptible.failure()).isInstanceOf(InterruptedException.class);
            assertThat(timed.failure()).isInstanceOf(InterruptedException.class);
        }
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void interruptPendingOnEntryIsNotSwallowedByAFreeLock(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        Running<?> interruptible = Running.run(() -> {
            Thread.currentThread().interrupt();
            lock.lockInterruptibly();
        });
        Running<?> timed = Running.run(() -> {
            Thread.currentThread().interrupt();
            lock.tryHold(LONG).ifPresent(Held::close);
        });
        assertThat(interruptible.failure()).isInstanceOf(InterruptedException.class);
        assertThat(timed.failure()).isInstanceOf(InterruptedException.class);
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void holdWaitsThroughAnInterruptAndKeepsTheFlag(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        Running<Boolean> waiter;
        try (Held held = lock.hold()) {
            waiter = Running.call(() -> {
                try (Held inner = lock.hold()) {
                    return Thread.currentThread().isInterrupted();
                }
            });
            awaitQueued(lock, 1);
            waiter.interrupt();
        }
        assertThat(waiter.result()).isTrue();
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNWATCHED_FAIR", "WATCHED_FAIR"})
    void fairLockServesInOrderOfArrival(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Running<@Nullable Object>> waiters = new ArrayList<>();
        try (Held held = lock.hold()) {
            for (int i = 0; i < 5; i++) {
                int number = i;
                waiters.add(Running.run(() -> {
                    try (Held mine = lock.hold()) {
                        order.add(number);
                    }
                }));
                awaitQueued(lock, i + 1);
            }
        }
        for (Running<?> waiter : waiters) {
            waiter.result();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
    }

    /** A fair lock, free, with a thread in its queue that has not run yet: the moment in which barging shows. */
    @ParameterizedTest
    @EnumSource(names = {"UNWATCHED_FAIR", "WATCHED_FAIR"})
    void onlyTryLockWithoutTimeoutBargesPastAFairQueue(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        for (int round = 0; round < 200; round++) {
            Running<?> waiter;
            boolean waiterFirst;
            lock.lock();
            waiter = Running.run(() -> pass(lock));
            awaitQueued(lock, 1);
            lock.unlock();
            // Whether the waiter has run by now or not, a fair timed try must not come before it.
            Optional<Held> polite = lock.tryHold(Duration.ZERO);
            waiterFirst = lock.queueLength() == 0;
            polite.ifPresent(Held::close);
            assertThat(polite.isEmpty() || waiterFirst).isTrue();
            waiter.result();
        }
    }

    @ParameterizedTest
    @EnumSource
    void releaseByAnotherThreadFailsAndChangesNothing(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        try (Held held = lock.hold()) {
            assertThat(Running.run(lock::unlock).failure())
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessageContaining("orders")
                    .hasMessageContaining("under-test");
            assertThat(Running.run(held::close).failure()).isInstanceOf(IllegalMonitorStateException.class);
            assertThat(lock.isHeldByCurrentThread()).isTrue();
        }
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void heldClosedTwiceReleasesOnce(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        lock.lock();
        try (Held held = lock.hold()) {
            held.close();
        }
        assertThat(lock.isHeldByCurrentThread()).isTrue();
        lock.unlock();
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    void conditionReleasesAllHoldsWhileItWaitsAndTakesThemBack(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        Condition changed = lock.newCondition();
        boolean[] told = new boolean[1];
        Running<?> waiter = Running.run(() -> {
            try (Held outer = lock.hold();
                    Held inner = lock.hold()) {
                while (!told[0]) {
                    changed.await();
                }
                assertThat(lock.isHeldByCurrentThread()).isTrue();
            }
        });
        waiter.awaitParked();
        try (Held held = lock.hold()) {
            told[0] = true;
            changed.signalAll();
        }
        waiter.result();
        assertFree(lock);
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("WaitNotInLoop") // The waits end by timeout or interrupt, on purpose.
    void conditionTimesOutAndIsInterruptedWithTheLockHeldAgain(Form form) throws Exception {
        InstrumentedLock lock = form.lock();
        Condition never = lock.newCondition();
        try (Held held = lock.hold()) {
            assertThat(never.awaitNanos(1_000)).isLessThanOrEqualTo(0);
            assertThat(never.await(1, TimeUnit.MICROSECONDS)).isFalse();
            assertThat(lock.isHeldByCurrentThread()).isTrue();
            Thread.currentThread().interrupt();
            assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
            assertThat(lock.isHeldByCurrentThread()).isTrue();
        }
        assertThatThrownBy(never::await).isInstanceOf(IllegalMonitorStateException.class);
        assertFree(lock);
    }

    @Test
    void toStringNamesOwnerAndQueue() throws Exception {
        InstrumentedLock lock = Form.WATCHED.lock();
        assertThat(lock).hasToString("InstrumentedLock(orders, free, 0 queued)");
        Running<?> waiter;
        try (Held held = lock.hold()) {
            waiter = Running.run(() -> pass(lock));
            awaitQueued(lock, 1);
            assertThat(lock)
                    .hasToString("InstrumentedLock(orders, held by '"
                            + Thread.currentThread().getName() + "', 1 queued)");
            assertThat(held.toString()).contains("orders");
        }
        waiter.result();
    }

    @Test
    void settingsAreValidatedByName() {
        assertThatThrownBy(() -> InstrumentedLock.builder(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of the lock");
        assertThatThrownBy(() -> InstrumentedLock.builder("x").longHold(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longHold")
                .hasMessageContaining("PT0S")
                .hasMessageContaining("positive");
    }

    /** Takes the lock and lets go of it again. */
    static void pass(InstrumentedLock lock) {
        lock.lock();
        lock.unlock();
    }

    static void awaitQueued(InstrumentedLock lock, int threads) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Running.LIMIT)
                .until(() -> lock.queueLength() == threads);
    }

    /** The whole lock can be had again, by another thread. */
    private static void assertFree(InstrumentedLock lock) throws Exception {
        assertThat(lock.isHeldByCurrentThread()).isFalse();
        assertThat(Running.call(() -> {
                            boolean taken = lock.tryLock();
                            if (taken) {
                                lock.unlock();
                            }
                            return taken;
                        })
                        .result())
                .isTrue();
    }
}
