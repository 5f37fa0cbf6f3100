// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.esclusa.coordination.startup.Barrier;
import io.github.esclusa.coordination.startup.BarrierBroken;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The races of a barrier: its trip against what breaks it, and against the round that follows. */
public class BarrierStress {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int PASSED = 1;
    private static final int BROKEN = 2;

    /** Not made: a place for its tests. */
    private BarrierStress() {}

    private static int pass(Barrier barrier) {
        try {
            barrier.await(LONG);
            return PASSED;
        } catch (BarrierBroken e) {
            return BROKEN;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted by nobody", e);
        }
    }

    /** All parties pass, or none does. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "tripped first")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "broken first")
    @Outcome(expect = FORBIDDEN, desc = "one passed without the other")
    @State
    public static class TripAgainstFail {

        private final Barrier barrier =
                Barrier.builder("raced").parties(2).whenAllHere(() -> {}).build();

        /**
         * Comes, while a third thread tells that it cannot.
         *
         * @param result first: how it left
         */
        @Actor
        public void one(II_Result result) {
            Third.does(() -> barrier.fail(new IllegalStateException("on purpose")));
            result.r1 = pass(barrier);
        }

        /**
         * Comes as well.
         *
         * @param result second: how it left
         */
        @Actor
        public void other(II_Result result) {
            result.r2 = pass(barrier);
        }
    }

    /** A waiter that misses its trip, because the next round begins at once, waits for its time or hears of the break. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both passed both rounds")
    @Outcome(expect = FORBIDDEN, desc = "one missed a trip")
    @State
    public static class TripAgainstNextRound {

        private final Barrier barrier = Barrier.builder("raced").parties(2).build();

        private int twice() {
            int first = pass(barrier);
            return first == PASSED ? pass(barrier) : first;
        }

        /**
         * Passes twice.
         *
         * @param result first: whether it did
         */
        @Actor
        public void one(II_Result result) {
            result.r1 = twice();
        }

        /**
         * Passes twice.
         *
         * @param result second: whether it did
         */
        @Actor
        public void other(II_Result result) {
            result.r2 = twice();
        }
    }
}
