// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a clock does, whatever moves it. A wait may return for no reason: all loops are the callers'. */
@Timeout(60)
abstract class ClockContract {

    /** Not reached in a test. */
    private static final Duration FAR = Duration.ofDays(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition condition = lock.newCondition();

    /** Guarded by the lock. */
    private boolean told;

    /** The clock under test; always the same one. */
    abstract Clock clock();

    /** So much time passes, once a thread waits for it. */
    abstract void passWhenAwaited(Duration time) throws Exception;

    /** So much time passes. */
    abstract void pass(Duration time) throws Exception;

    @Test
    void readingsNeverGoBackAndTellWhatHasPassed() throws Exception {
        long first = clock().nanoTime();
        long latest = first;
        for (int i = 0; i < 1000; i++) {
            long next = clock().nanoTime();
            assertThat(next - latest).isNotNegative();
            latest = next;
        }
        pass(Duration.ofMillis(1));
        assertThat(clock().nanoTime() - latest).isGreaterThanOrEqualTo(1_000_000);
        assertThat(Running.call(() -> clock().nanoTime()).result() - latest)
                .as("as another thread reads it")
                .isGreaterThanOrEqualTo(1_000_000);
    }

    @Test
    void waitEndsAtItsDeadline() throws Exception {
        Duration time = Duration.ofMillis(5);
        long deadline = clock().nanoTime() + time.toNanos();
        Running<Boolean> waiter = Running.call(() -> awaitTold(deadline));
        passWhenAwaited(time);
        assertThat(waiter.result()).isFalse();
        assertThat(clock().nanoTime() - deadline).isNotNegative();
    }

    @Test
    void deadlineThatHasPassedIsNotWaitedFor() throws Exception {
        assertThat(Running.call(() -> awaitTold(clock().nanoTime())).result()).isFalse();
        assertThat(Running.call(() -> awaitTold(clock().nanoTime() - FAR.toNanos()))
                        .result())
                .isFalse();
    }

    /** The teller takes the lock, which the waiter must have let go. */
    @Test
    void waitEndsByASignal() throws Exception {
        Running<Boolean> waiter = Running.call(() -> awaitTold(farAhead())).awaitParked();
        lock.lock();
        try {
            told = true;
            condition.signal();
        } finally {
            lock.unlock();
        }
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void waitEndsByAnInterruptWithTheLockHeldAndTheFlagTaken() throws Exception {
        Running<?> waiter = Running.call(() -> awaitTold(farAhead())).awaitParked();
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void interruptThatCameBeforeEndsTheWaitToo() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Running<?> waiter = Running.call(() -> {
            Thread.currentThread().interrupt();
            interrupted.countDown();
            return awaitTold(farAhead());
        });
        interrupted.await();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(lock.isLocked()).isFalse();
    }

    private long farAhead() {
        return clock().nanoTime() + FAR.toNanos();
    }

    /**
     * Waits as a component does, but looks at the time only after a wait: the clock must know by itself that there is none
     * left. {@code false} if the deadline came first. However a wait ends, the lock is held.
     */
    private boolean awaitTold(long deadline) throws InterruptedException {
        lock.lock();
        try {
            while (!told) {
                try {
                    clock().awaitUntil(lock, condition, deadline);
                } catch (InterruptedException e) {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    throw e;
                } finally {
                    assertThat(lock.isHeldByCurrentThread()).isTrue();
                }
                if (!told && clock().nanoTime() - deadline >= 0) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
