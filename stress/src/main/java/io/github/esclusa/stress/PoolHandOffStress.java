// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolClosedException;
import io.github.esclusa.coordination.pool.ResourcePool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A resource given back while somebody comes to wait for it: the waiter gets it and sees what its last holder did, and
 * nothing is left over. A lost wake-up would show as the ten seconds of a timed-out wait.
 */
@JCStressTest
@Outcome(id = "42, 1, 0", expect = Expect.ACCEPTABLE, desc = "Handed over, with what was written before.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, stale or doubled.")
@State
public class PoolHandOffStress {

    private final ResourcePool<int[]> pool = ResourcePool.<int[]>builder("stressed")
            .create(() -> new int[1])
            .max(1)
            .executor(Runnable::run) // there are thousands of these at a time: no threads
            .open();
    private final Lease<int[]> lease = PoolsForStress.acquire(pool);

    /** Writes, and gives back. */
    @Actor
    public void giveBack() {
        lease.get()[0] = 42;
        lease.close();
    }

    /**
     * Waits, and reads.
     *
     * @param r r1: what it read
     */
    @Actor
    public void take(III_Result r) {
        try (Lease<int[]> mine = PoolsForStress.acquire(pool)) {
            r.r1 = mine.get()[0];
        }
    }

    /**
     * Looks where it is, and closes the pool.
     *
     * @param r r2: idle, r3: leased
     */
    @Arbiter
    public void look(III_Result r) {
        r.r2 = pool.report().idle();
        r.r3 = pool.report().stillLeased().size();
        pool.close();
        try {
            r.r3 += pool.tryAcquire().isPresent() ? 10 : 0;
        } catch (PoolClosedException e) {
            // As it should be.
        }
    }
}
