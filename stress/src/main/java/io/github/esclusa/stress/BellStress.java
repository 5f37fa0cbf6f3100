// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Bell;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A ring against a waiter that arms, looks once more and waits: either the ringer sees the waiter, or the waiter sees the
 * data. A ring that is lost leaves the waiter asleep for ever, which the harness reports.
 *
 * <p>r1: what the waiter saw when it was done waiting; r2: how many waiters are left.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The waiter has the data, and is gone.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It woke for nothing, or is still counted.")
@State
public class BellStress {

    private final Bell bell = new Bell(Clock.system());

    private volatile int data;

    @Actor
    public void ringer() {
        data = 1;
        bell.ring();
    }

    @Actor
    public void waiter(II_Result r) {
        long armedIn = bell.arm();
        try {
            if (data == 0) {
                bell.await(armedIn, null);
            }
        } catch (InterruptedException e) {
            r.r1 = 2;
            return;
        } finally {
            bell.disarm();
        }
        r.r1 = data;
    }

    @Arbiter
    public void look(II_Result r) {
        r.r2 = bell.waiters();
    }
}
