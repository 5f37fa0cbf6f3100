// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.esclusa.core.testing.Running;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wait set is to its waiters what a condition of the lock's own would be, and loses none of them. */
@Timeout(60)
@SuppressWarnings({"WaitNotInLoop", "JavaUtilDate"}) // each wait is for what the test does next
class WaitSetTest {

    private final WaitLock lock = new WaitLock();
    private final Condition set = lock.newCondition();

    /** Guarded by the lock. */
    private int arrived;

    private interface Wait {
        Object on(Condition condition) throws InterruptedException;
    }

    /** Answers how the wait ended, and whether its thread held the lock and was interrupted then. Returns once it waits. */
    private Running<String> waiting(Wait how) {
        int before = arrivals();
        Running<String> waiter = Running.call(() -> {
            lock.lock();
            try {
                arrived++;
                return ending(how) + ", locked " + lock.getHoldCount() + ", interrupted " + Thread.interrupted();
            } finally {
                lock.unlock();
            }
        });
        while (arrivals() == before) { // the lock is free again only once the waiter waits
            Thread.onSpinWait();
        }
        return waiter;
    }

    private int arrivals() {
        lock.lock();
        try {
            return arrived;
        } finally {
            lock.unlock();
        }
    }

    private String ending(Wait how) {
        try {
            return String.valueOf(how.on(set));
        } catch (InterruptedException e) {
            return "sent away";
        }
    }

    private static Wait withoutEnd() {
        return condition -> {
            condition.await();
            return "woken";
        };
    }

    private void signal() {
        locked(set::signal);
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
    void aSignalEndsTheWaitAndTheLockIsHeldAgain() throws Exception {
        Running<String> waiter = waiting(withoutEnd());
        signal();
        assertThat(waiter.result()).isEqualTo("woken, locked 1, interrupted false");
    }

    @Test
    void anInterruptEndsTheWaitAndTheLockIsHeldAgain() throws Exception {
        Running<String> waiter = waiting(withoutEnd());
        waiter.interrupt();
        assertThat(waiter.result()).isEqualTo("sent away, locked 1, interrupted false");
    }

    @Test
    void whoComesInterruptedDoesNotWait() throws Exception {
        Running<String> waiter = waiting(condition -> {
            Thread.currentThread().interrupt();
            condition.await();
            return "woken";
        });
        assertThat(waiter.result()).isEqualTo("sent away, locked 1, interrupted false");
    }

    @Test
    void timeThatRunsOutIsTold() throws Exception {
        assertThat(waiting(condition -> condition.await(1, TimeUnit.MILLISECONDS))
                        .result())
                .startsWith("false, locked 1");
        assertThat(waiting(condition -> condition.awaitUntil(new Date(0))).result())
                .startsWith("false, locked 1");
        assertThat(waiting(condition -> condition.awaitNanos(-1) <= 0).result()).startsWith("true, locked 1");
    }

    @Test
    void aSignalInTimeIsTold() throws Exception {
        Running<String> waiter = waiting(condition -> condition.await(1, TimeUnit.HOURS));
        signal();
        assertThat(waiter.result()).startsWith("true, locked 1");
    }

    @Test
    void anInterruptIsKeptWhereItDoesNotEndTheWait() throws Exception {
        Running<String> waiter = waiting(condition -> {
            Thread.currentThread().interrupt();
            condition.awaitUninterruptibly();
            return "woken";
        });
        signal();
        assertThat(waiter.result()).isEqualTo("woken, locked 1, interrupted true");
    }

    @Test
    void whoIsToldAndInterruptedHasBeenTold() throws Exception {
        Running<String> first = waiting(withoutEnd());
        locked(() -> {
            set.signal(); // the waiter cannot leave before the lock is free
            first.interrupt();
        });
        assertThat(first.result()).isEqualTo("woken, locked 1, interrupted true");
    }

    @Test
    void whoIsInterruptedAndThenToldHasBeenTold() throws Exception {
        Running<String> first = waiting(withoutEnd());
        locked(() -> {
            first.interrupt();
            while (first.thread().isInterrupted()) { // it has met the interrupt, and waits for the lock
                Thread.onSpinWait();
            }
            set.signal();
        });
        assertThat(first.result()).isEqualTo("woken, locked 1, interrupted true");
    }

    @Test
    void eachSignalWakesTheNextInTheOrderOfArrival() throws Exception {
        List<Running<String>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiters.add(waiting(withoutEnd()));
        }
        waiters.get(1).interrupt(); // one leaves from the middle
        assertThat(waiters.remove(1).result()).startsWith("sent away");
        while (!waiters.isEmpty()) {
            signal();
            assertThat(waiters.remove(0).result()).startsWith("woken");
            assertThat(waiters).noneMatch(Running::isDone);
        }
        signal(); // nobody is there
    }

    @Test
    void twoSignalsBeforeTheFirstHasLeftWakeTwo() throws Exception {
        Running<String> first = waiting(withoutEnd());
        Running<String> second = waiting(withoutEnd());
        Running<String> third = waiting(withoutEnd());
        locked(() -> {
            set.signal();
            set.signal();
        });
        assertThat(first.result()).startsWith("woken");
        assertThat(second.result()).startsWith("woken");
        assertThat(third.isDone()).isFalse();
        locked(set::signalAll);
        assertThat(third.result()).startsWith("woken");
    }

    @Test
    void whoHasBeenToldMayLeaveBeforeItsTurn() throws Exception {
        Running<String> first = waiting(withoutEnd());
        Running<String> second = waiting(withoutEnd());
        Running<String> third = waiting(withoutEnd());
        locked(() -> {
            set.signalAll();
            second.interrupt();
        });
        assertThat(first.result()).startsWith("woken");
        assertThat(second.result()).isEqualTo("woken, locked 1, interrupted true");
        assertThat(third.result()).startsWith("woken");
    }

    @Test
    void signalsToTwoConditionsInOneHoldWakeBoth() throws Exception {
        Condition other = lock.newCondition();
        Running<String> first = waiting(withoutEnd());
        Running<String> second = waiting(any -> {
            other.await();
            return "woken";
        });
        locked(() -> {
            set.signal();
            other.signal();
        });
        assertThat(first.result()).startsWith("woken");
        assertThat(second.result()).startsWith("woken");
    }

    @Test
    void aSignalToAllWakesAll() throws Exception {
        List<Running<String>> waiters = List.of(
                waiting(withoutEnd()), waiting(withoutEnd()), waiting(condition -> condition.await(1, TimeUnit.HOURS)));
        locked(set::signalAll);
        for (Running<String> waiter : waiters) {
            assertThat(waiter.result()).contains("locked 1, interrupted false");
        }
    }

    /** As a condition of the JDK's does not: the stack ends while it moves the waiter from queue to queue. */
    @Test
    void aSignalThatFindsTheStackAtItsEndLosesNobody() throws Exception {
        for (int round = 0; round < 20; round++) {
            Running<String> waiter = waiting(withoutEnd());
            Running<Boolean> signaller = Running.call(() -> {
                lock.lock();
                try {
                    return signalFromTheEndOfTheStack();
                } finally {
                    lock.unlock();
                }
            });
            assertThat(signaller.result()).isTrue();
            assertThat(waiter.result()).startsWith("woken");
        }
    }

    /** Descends until the stack is used up, and tries to signal at each depth on the way back, until it does not overflow. */
    @SuppressWarnings("InfiniteRecursion") // until the stack ends, that is
    private boolean signalFromTheEndOfTheStack() {
        boolean signalled;
        try {
            signalled = signalFromTheEndOfTheStack();
        } catch (StackOverflowError e) {
            signalled = false;
        }
        if (!signalled) {
            set.signal();
        }
        return true;
    }

    @Test
    void whoHoldsTheLockTwiceLetsGoOfItAndHasItTwiceAgain() throws Exception {
        Running<String> waiter = waiting(condition -> {
            lock.lock();
            try {
                condition.await();
                return "woken, holding it " + lock.getHoldCount();
            } finally {
                lock.unlock();
            }
        });
        locked(() -> locked(set::signal));
        assertThat(waiter.result()).isEqualTo("woken, holding it 2, locked 1, interrupted false");
    }

    @Test
    void whoSignalsAndThenWaitsWakesTheOther() throws Exception {
        Running<String> waiter = waiting(withoutEnd());
        Running<String> signaller = waiting(condition -> {
            condition.signal();
            condition.await();
            return "woken";
        });
        assertThat(waiter.result()).startsWith("woken");
        signal();
        assertThat(signaller.result()).startsWith("woken");
    }

    @Test
    void whoeverSignalsOrWaitsHoldsTheLock() {
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(set::signal);
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(set::signalAll);
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(set::await);
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(set::awaitUninterruptibly);
        assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock);
        assertThat(lock.isLocked()).isFalse();
    }
}
