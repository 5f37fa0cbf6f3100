// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.signal;

import io.github.esclusa.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The signal against a sequential one, in the interleavings Lincheck chooses. */
@Timeout(300) // A watchdog: exploring hands over between threads at every step, which a busy machine makes slow.
class SignalLincheckTest {

    /** How many times the runs of an ordinary build: -Ptorture raises it. */
    private static final int EFFORT = Integer.getInteger("esclusa.lincheck.effort", 1);

    private static final Duration NO_WAIT = Duration.ZERO;

    /** Lincheck makes one for each execution, and compares with what this class does on one thread. */
    public static class Operations {

        private final Signal signal = Signal.named("checked", new StoppedClock());

        @Operation
        public void set() {
            signal.set();
        }

        @Operation
        public void clear() {
            signal.clear();
        }

        @Operation
        public boolean isSet() {
            return signal.isSet();
        }

        @Operation
        public boolean awaitWithoutWaiting() throws InterruptedException {
            return signal.await(NO_WAIT);
        }
    }

    private static final class StoppedClock implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The loop is the signal's.
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            condition.await();
        }
    }

    @Test
    void flagIsLinearizableUnderModelChecking() {
        new ModelCheckingOptions()
                .iterations(4)
                .invocationsPerIteration(20 * EFFORT)
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(2)
                .actorsAfter(1)
                .check(Operations.class);
    }

    @Test
    void flagIsLinearizableUnderStress() {
        new StressOptions()
                .iterations(4)
                .invocationsPerIteration(50 * EFFORT)
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(2)
                .actorsAfter(1)
                .check(Operations.class);
    }

    @Test
    void waiterPresentAtSetLeavesThoughClearFollowsAtOnce() {
        Lincheck.runConcurrentTest(40 * EFFORT, () -> {
            Signal signal = Signal.named("pulsed");
            Thread waiter = new Thread(() -> await(signal));
            waiter.start();
            if (signal.waiting() == 1) {
                signal.set();
                signal.clear(); // A waiter that misses the set hangs, and Lincheck reports the deadlock.
            } else {
                signal.set();
            }
            join(waiter);
        });
    }

    @Test
    void setLetsBothWaitersGo() {
        Lincheck.runConcurrentTest(20 * EFFORT, () -> {
            Signal signal = Signal.named("shared");
            Thread first = new Thread(() -> await(signal));
            Thread second = new Thread(() -> await(signal));
            first.start();
            second.start();
            signal.set(); // A waiter that it leaves behind hangs.
            join(first);
            join(second);
        });
    }

    @Test
    void callbackThatRacesSetRunsExactlyOnce() {
        Lincheck.runConcurrentTest(40 * EFFORT, () -> {
            Signal signal = Signal.named("raced");
            int[] runs = new int[1];
            Thread setter = new Thread(signal::set);
            setter.start();
            signal.onSet(() -> runs[0]++);
            join(setter);
            if (runs[0] != 1) {
                throw new AssertionError("ran " + runs[0] + " times");
            }
        });
    }

    @Test
    void callbackThatRacesSetAndCancelRunsOrIsCancelledNeverBoth() {
        Lincheck.runConcurrentTest(40 * EFFORT, () -> {
            Signal signal = Signal.named("raced");
            int[] runs = new int[1];
            Registration registration = signal.onSet(() -> runs[0]++);
            Thread setter = new Thread(signal::set);
            setter.start();
            int cancelled = registration.cancel() ? 1 : 0;
            join(setter);
            if (runs[0] + cancelled != 1) {
                throw new AssertionError("ran " + runs[0] + " times, cancelled " + cancelled + " times");
            }
        });
    }

    private static void await(Signal signal) {
        try {
            signal.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
