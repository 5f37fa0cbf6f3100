// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.esclusa.core.lock.Fairness;
import io.github.esclusa.core.lock.Held;
import io.github.esclusa.core.lock.InstrumentedLock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The watched lock keeps what the JDK's lock promises, also where its books are handed from one holder to the next. */
public class LockStress {

    /** Not made: a place for its tests. */
    private LockStress() {}

    private static InstrumentedLock watched(Fairness fairness) {
        return InstrumentedLock.builder("stressed")
                .fairness(fairness)
                .longHold(Duration.ofDays(1))
                .build();
    }

    /** Two holders see one another's writes. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @State
    public static class Excludes {

        private final InstrumentedLock lock = watched(Fairness.FIRST_COME);

        /** Guarded by the lock. */
        private int count;

        /**
         * Counts under the lock.
         *
         * @param result first: the count this one made
         */
        @Actor
        public void first(II_Result result) {
            try (Held held = lock.hold()) {
                result.r1 = ++count;
            }
        }

        /**
         * Counts under the lock.
         *
         * @param result second: the count this one made
         */
        @Actor
        public void second(II_Result result) {
            try (Held held = lock.hold()) {
                result.r2 = ++count;
            }
        }
    }

    /** A waiter that misses the signal waits for ever, and the harness reports the hang. */
    @JCStressTest
    @Outcome(id = "7, 1", expect = ACCEPTABLE, desc = "told, with the hold it had before")
    @State
    public static class ConditionHandsOver {

        private final InstrumentedLock lock = watched(Fairness.BARGING);
        private final Condition changed = lock.newCondition();

        /** Guarded by the lock. */
        private int value;

        /**
         * Waits for the value.
         *
         * @param result first: the value; second: whether the lock was held again
         */
        @Actor
        public void waiter(II_Result result) {
            try (Held held = lock.hold()) {
                while (value == 0) {
                    changed.awaitUninterruptibly();
                }
                result.r1 = value;
                result.r2 = lock.isHeldByCurrentThread() ? 1 : 0;
            }
        }

        /** Sets the value. */
        @Actor
        public void teller() {
            try (Held held = lock.hold()) {
                value = 7;
                changed.signalAll();
            }
        }
    }
}
