// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.esclusa.core.lock.Held;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.core.lock.LockOrder;
import io.github.esclusa.core.lock.LockOrderException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads that take two locks from opposite sides: one makes the order, the other is refused, and none hangs. */
@JCStressTest
@Outcome(
        id = {"1, 0", "0, 1"},
        expect = ACCEPTABLE,
        desc = "one has both locks, the other was refused")
@State
public class LockOrderStress {

    private final LockOrder order = LockOrder.named("stressed");
    private final InstrumentedLock left =
            InstrumentedLock.builder("left").order(order).build();
    private final InstrumentedLock right =
            InstrumentedLock.builder("right").order(order).build();

    /**
     * Left before right.
     *
     * @param result first: 1 if it had both
     */
    @Actor
    public void leftFirst(II_Result result) {
        result.r1 = both(left, right);
    }

    /**
     * Right before left.
     *
     * @param result second: 1 if it had both
     */
    @Actor
    public void rightFirst(II_Result result) {
        result.r2 = both(right, left);
    }

    private static int both(InstrumentedLock first, InstrumentedLock second) {
        try (Held outer = first.hold();
                Held inner = second.hold()) {
            return 1;
        } catch (LockOrderException e) {
            return 0;
        }
    }
}
