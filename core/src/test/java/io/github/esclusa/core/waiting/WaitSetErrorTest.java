// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What errors leave behind is made good: a waiter that one has kept from leaving its set is in nobody's way, and what it was
 * told is told to another.
 */
@Timeout(60)
@SuppressWarnings("WaitNotInLoop") // each wait is for what the test does next
class WaitSetErrorTest {

    private final WaitLock lock = new WaitLock();
    private final Condition set = lock.newCondition();

    /** Whether the waiter that was started last waits. Guarded by the lock. */
    private boolean waits;

    /**
     * A waiter that fails as it takes the lock back: the JDK's lock, once it has been taken, hands on an interrupt that was
     * met on the way, and that throws.
     */
    private final class Failing extends Thread {

        @Nullable
        Throwable thrown;

        @Override
        public void run() {
            try {
                awaitSignal();
            } catch (Throwable e) {
                thrown = e;
            }
        }

        @Override
        public void interrupt() {
            if (Thread.currentThread() == this) {
                throw new StackOverflowError("on purpose");
            }
            super.interrupt();
        }
    }

    private boolean awaitSignal() throws InterruptedException {
        lock.lock();
        try {
            waits = true;
            set.await();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private Running<Boolean> waiter() {
        Running<Boolean> waiter = Running.call(this::awaitSignal);
        awaitWaits();
        return waiter;
    }

    private Failing failing() {
        Failing waiter = new Failing();
        waiter.setDaemon(true);
        waiter.start();
        awaitWaits();
        return waiter;
    }

    /** The lock is free again only once a waiter waits. */
    private void awaitWaits() {
        for (boolean there = false; !there; ) {
            lock.lock();
            try {
                there = waits;
                waits = false;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends the wait with the error, and takes a step before that, under the lock. */
    private void fail(Failing waiter, Runnable step) throws InterruptedException {
        lock.lock();
        try {
            waiter.interrupt();
            while (!lock.hasQueuedThread(waiter)) {
                Thread.onSpinWait();
            }
            step.run();
            waiter.interrupt();
            while (waiter.isInterrupted()) { // it has met this one too, and hands it on when it has the lock
                Thread.onSpinWait();
            }
        } finally {
            lock.unlock();
        }
        waiter.join(Running.LIMIT.toMillis());
        assertThat(waiter.thrown).isInstanceOf(StackOverflowError.class);
    }

    private void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    @Test
    void aSignalGoesToWhoIsStillThere() throws Exception {
        Failing failing = failing();
        Running<Boolean> waiter = waiter();
        fail(failing, () -> {});
        locked(set::signal);
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void aSignalToAllWakesThoseWhoAreStillThere() throws Exception {
        Failing failing = failing();
        Running<Boolean> waiter = waiter();
        Running<Boolean> other = waiter();
        fail(failing, () -> {});
        locked(set::signalAll);
        assertThat(waiter.result()).isTrue();
        assertThat(other.result()).isTrue();
    }

    @Test
    void whatItWasToldIsToldToAnotherWithTheNextSignal() throws Exception {
        Failing failing = failing();
        Running<Boolean> waiter = waiter();
        Running<Boolean> other = waiter();
        fail(failing, set::signal);
        locked(set::signal);
        assertThat(waiter.result()).isTrue();
        assertThat(other.result()).isTrue();
    }

    @Test
    void whatItWasToldIsToldToAnotherAsTheNextOneLeaves() throws Exception {
        Failing failing = failing();
        Running<Boolean> waiter = waiter();
        Running<Boolean> other = waiter();
        fail(failing, set::signal);
        waiter.interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(other.result()).isTrue();
    }

    @Test
    void whoWasToldBehindItIsWokenByTheNextSignal() throws Exception {
        Failing failing = failing();
        Running<Boolean> waiter = waiter();
        fail(failing, set::signalAll);
        locked(set::signal);
        assertThat(waiter.result()).isTrue();
    }

    /** The stack ends as the lock is let go, before the waiter is unparked. */
    @Test
    void anUnparkThatIsLostIsMadeGoodByTheNextSignal() throws Exception {
        Running<Boolean> waiter = waiter();
        locked(() -> {
            set.signal();
            lock.toWake = null;
        });
        locked(set::signal);
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void oneWhoIsGoneInTheMiddleIsPassedOver() throws Exception {
        Running<Boolean> waiter = waiter();
        Failing failing = failing();
        Running<Boolean> other = waiter();
        fail(failing, () -> {});
        locked(() -> {
            set.signal();
            set.signal();
        });
        assertThat(waiter.result()).isTrue();
        assertThat(other.result()).isTrue();
    }
}
