// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EnduringClockTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Stands still, so that no deadline on it comes, until whoever reads it is told that it is broken. */
    private static final class StandingClock implements Clock {

        private final ManualClock time = new ManualClock();
        private volatile boolean broken;
        private volatile boolean full;

        @Override
        public long nanoTime() {
            if (broken) {
                throw new IllegalStateException("on purpose");
            }
            return time.nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            if (full) {
                throw new OutOfMemoryError("on purpose");
            }
            time.awaitUntil(lock, condition, deadlineNanos);
        }
    }

    private final StandingClock users = new StandingClock();
    private final EnduringClock clock = new EnduringClock(users);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition condition = lock.newCondition();

    private Background<Boolean> waiterFor(Duration timeout) {
        return Background.call(() -> {
            Deadline deadline = Deadline.after(timeout, clock);
            lock.lock();
            try {
                while (deadline.await(lock, condition)) {
                    Thread.onSpinWait(); // woken: looks again
                }
                return true;
            } finally {
                lock.unlock();
            }
        });
    }

    private void breakClock() {
        users.broken = true;
        assertThat(clock.nanoTime()).isGreaterThanOrEqualTo(0);
    }

    @Test
    void aDeadlineThatIsWaitedForComesAlthoughTheClockBreaksForSomebodyElse() throws Exception {
        Background<Boolean> waiter = waiterFor(Duration.ofMillis(1));
        users.time.awaitWaiters(1, LONG);

        breakClock();

        assertThat(waiter.get()).isTrue();
        assertThat(clock.takeFailure()).hasMessage("on purpose");
    }

    /** Whoever waits is told, as by any condition, and looks after itself. */
    @Test
    void aWaitWithoutMemoryDoesNotTakeTheClockForBroken() {
        users.full = true;
        lock.lock();
        try {
            assertThatThrownBy(() -> clock.awaitUntil(lock, condition, LONG.toNanos()))
                    .isInstanceOf(OutOfMemoryError.class);
        } finally {
            lock.unlock();
        }

        assertThat(clock.takeFailure()).isNull();
        users.time.advance(LONG);
        assertThat(clock.nanoTime()).isEqualTo(users.time.nanoTime());
    }

    @Test
    void whoeverFindsTheClockBrokenMayHoldTheLock() throws Exception {
        Background<Boolean> first = waiterFor(Duration.ofMillis(1));
        Background<Boolean> second = waiterFor(Duration.ofMillis(2));
        users.time.awaitWaiters(2, LONG);

        lock.lock();
        try {
            breakClock();
        } finally {
            lock.unlock();
        }

        assertThat(first.get()).isTrue();
        assertThat(second.get()).isTrue();
    }
}
