// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManualClockTest extends ClockContract {

    private final ManualClock clock = new ManualClock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition condition = lock.newCondition();

    @Override
    Clock clock() {
        return clock;
    }

    @Override
    void pass(Duration time) {
        clock.advance(time);
    }

    @Override
    void passWhenAwaited(Duration time) throws InterruptedException {
        clock.awaitWaiters(1, Running.LIMIT);
        clock.advance(time);
    }

    @Test
    void standsStillUntilMoved() {
        assertThat(clock.nanoTime()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(clock.nanoTime()).isEqualTo(1_000_000_000L);
        assertThat(clock).hasToString("ManualClock(1000000000 ns)");
    }

    @Test
    void wrapsLikeTheSystemsClock() {
        ManualClock atTheEnd = new ManualClock(Long.MAX_VALUE);
        atTheEnd.advance(Duration.ofNanos(1));
        assertThat(atTheEnd.nanoTime()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void doesNotRunBackwardsAndSurvivesAHugeStep() {
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backwards");
        clock.advance(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(clock.nanoTime()).isEqualTo(Long.MAX_VALUE / 2);
    }

    @Test
    void deadlineInThePastIsNotWaitedFor() throws Exception {
        clock.advance(Duration.ofSeconds(1));
        waitUntil(0);
        assertThat(clock.waiters()).isZero();
    }

    @Test
    void advanceWakesThoseWhoseMomentHasComeAndNoOthers() throws Exception {
        Running<?> early = Running.run(() -> waitUntil(100));
        Running<?> late = Running.run(() -> waitUntil(200));
        clock.awaitWaiters(2, Running.LIMIT);
        clock.advance(Duration.ofNanos(100));
        early.result();
        assertThat(late.isDone()).isFalse();
        assertThat(clock.waiters()).isEqualTo(1);
        clock.advance(Duration.ofNanos(100));
        late.result();
        assertThat(clock.waiters()).isZero();
    }

    /** A waiter that has been woken and has not run yet must not be taken for one that has come since. */
    @Test
    void wokenWaiterDoesNotCountAsOneThatWaits() throws Exception {
        Running<?> waiter = Running.run(() -> waitUntil(100));
        clock.awaitWaiters(1, Running.LIMIT);
        lock.lock();
        try {
            clock.advance(Duration.ofNanos(100));
            assertThat(clock.waiters()).isZero(); // It cannot have run: we hold its lock.
        } finally {
            lock.unlock();
        }
        waiter.result();
    }

    @Test
    void noWakeUpIsLostBetweenRegisteringAndWaiting() throws Exception {
        for (int round = 0; round < 500; round++) {
            long deadline = clock.nanoTime() + 1;
            List<Running<@Nullable Object>> waiters = new ArrayList<>();
            waiters.add(Running.run(() -> waitUntil(deadline)));
            waiters.add(Running.run(() -> waitUntil(deadline)));
            clock.advance(Duration.ofNanos(1));
            for (Running<?> waiter : waiters) {
                waiter.result();
            }
        }
    }

    @Test
    void awaitWaitersSaysWhatItFound() {
        assertThatThrownBy(() -> clock.awaitWaiters(1, Duration.ofMillis(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 waiters")
                .hasMessageContaining("found 0");
    }

    @Test
    void awaitWaitersTakesATimeoutOfAnyLength() throws Exception {
        Running<?> waiter = Running.run(() -> waitUntil(100));
        clock.awaitWaiters(1, Duration.ofSeconds(Long.MAX_VALUE));
        assertThatThrownBy(() -> clock.awaitWaiters(2, Duration.ofSeconds(Long.MIN_VALUE)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("found 1");
        clock.advance(Duration.ofNanos(100));
        waiter.result();
    }

    private void waitUntil(long deadline) throws InterruptedException {
        lock.lock();
        try {
            do {
                clock.awaitUntil(lock, condition, deadline);
            } while (clock.nanoTime() - deadline < 0);
        } finally {
            lock.unlock();
        }
    }
}
