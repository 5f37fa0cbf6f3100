// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.esclusa.core.lock.Guarded;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * No update of a guarded value is lost, and the second sees the first, with its lock watched. Two actors: the harness
 * does not run a test that has more of them than the machine has processors.
 */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both updates count")
@State
public class GuardedStress {

    private final Guarded<Integer> guarded =
            Guarded.builder("count").longHold(Duration.ofDays(1)).guard(0);

    /** Made by the harness. */
    public GuardedStress() {}

    /** Updates. */
    @Actor
    public void first() {
        guarded.update(n -> n + 1);
    }

    /** Updates. */
    @Actor
    public void second() {
        guarded.update(n -> n + 1);
    }

    /**
     * Reads.
     *
     * @param result the value in the end
     */
    @Arbiter
    public void reads(I_Result result) {
        result.r1 = guarded.get();
    }
}
