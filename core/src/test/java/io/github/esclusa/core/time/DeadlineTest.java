// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DeadlineTest {

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 3})
    void expiresAtItsMomentWhereverTheClockStands(long start) {
        ManualClock clock = new ManualClock(start);
        Deadline deadline = Deadline.after(Duration.ofNanos(10), clock);
        assertThat(deadline.hasExpired()).isFalse();
        assertThat(deadline.remaining()).isEqualTo(Duration.ofNanos(10));
        clock.advance(Duration.ofNanos(9));
        assertThat(deadline.hasExpired()).isFalse();
        assertThat(deadline.remainingNanos()).isEqualTo(1);
        assertThat(deadline.toString()).contains("in PT");
        clock.advance(Duration.ofNanos(1));
        assertThat(deadline.hasExpired()).isTrue();
        assertThat(deadline.remainingNanos()).isZero();
        clock.advance(Duration.ofDays(1));
        assertThat(deadline.hasExpired()).isTrue();
        assertThat(deadline).hasToString("Deadline(expired)");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
    void hugeTimeoutNeverExpiresEarly(long start) {
        ManualClock clock = new ManualClock(start);
        for (Duration huge : new Duration[] {
            Duration.ofSeconds(Long.MAX_VALUE), Duration.ofNanos(Long.MAX_VALUE), Duration.ofDays(365 * 293L)
        }) {
            assertThat(Deadline.after(huge, clock).hasExpired()).isFalse();
        }
        Deadline deadline = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), clock);
        clock.advance(Duration.ofDays(365 * 100L));
        assertThat(deadline.hasExpired()).isFalse();
    }

    @Test
    void zeroAndNegativeTimeoutsHaveExpired() {
        ManualClock clock = new ManualClock();
        assertThat(Deadline.after(Duration.ZERO, clock).hasExpired()).isTrue();
        assertThat(Deadline.after(Duration.ofSeconds(-1), clock).hasExpired()).isTrue();
        assertThat(Deadline.after(Duration.ofSeconds(Long.MIN_VALUE), clock).hasExpired())
                .isTrue();
    }

    @Test
    void nanosAreCutToWhatAClockCanHold() {
        assertThat(Deadline.nanosOf(Duration.ofMillis(1))).isEqualTo(1_000_000);
        assertThat(Deadline.nanosOf(Duration.ofSeconds(-1))).isZero();
        assertThat(Deadline.nanosOf(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE / 2);
        assertThat(Deadline.nanosOf(Duration.ofNanos(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE / 2);
    }

    @Test
    void waitEndsWhenTheClockReachesIt() throws Exception {
        ManualClock clock = new ManualClock(Long.MAX_VALUE - 1);
        ReentrantLock lock = new ReentrantLock();
        Condition never = lock.newCondition();
        Running<Boolean> waiter = Running.call(() -> {
            Deadline deadline = Deadline.after(Duration.ofSeconds(5), clock);
            lock.lock();
            try {
                while (deadline.await(lock, never)) {
                    assertThat(lock.isHeldByCurrentThread()).isTrue();
                }
                return deadline.hasExpired() && lock.isHeldByCurrentThread();
            } finally {
                lock.unlock();
            }
        });
        clock.awaitWaiters(1, Running.LIMIT);
        clock.advance(Duration.ofSeconds(4));
        assertThat(waiter.isDone()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isTrue();
        assertThat(clock.waiters()).isZero();
    }

    @Test
    void systemClockEndsAWaitByItself() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Condition never = lock.newCondition();
        long before = System.nanoTime();
        Deadline deadline = Deadline.after(Duration.ofMillis(20), Clock.system());
        lock.lock();
        try {
            while (deadline.await(lock, never)) {
                assertThat(lock.isHeldByCurrentThread()).isTrue();
            }
        } finally {
            lock.unlock();
        }
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
        assertThat(Clock.system()).isSameAs(Clock.system()).hasToString("Clock.system()");
    }

    @Test
    void interruptLeavesTheWaitOnEitherClock() throws Exception {
        for (Clock clock : new Clock[] {Clock.system(), new ManualClock()}) {
            ReentrantLock lock = new ReentrantLock();
            Condition never = lock.newCondition();
            Running<?> waiter = Running.run(() -> {
                        Deadline deadline = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), clock);
                        lock.lock();
                        try {
                            while (deadline.await(lock, never)) {
                                assertThat(lock.isHeldByCurrentThread()).isTrue();
                            }
                        } finally {
                            lock.unlock();
                        }
                    })
                    .awaitParked();
            waiter.interrupt();
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
            assertThat(lock.isLocked()).isFalse();
        }
    }
}
