// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A lease closed twice at once, against two threads that take a lease anew: the one resource has one holder, and the
 * second close never takes it from whoever holds it by then.
 */
@JCStressTest
@Outcome(id = "0, 0, 1, 0", expect = Expect.ACCEPTABLE, desc = "Both came too early; the resource is in the pool.")
@Outcome(id = "1, 0, 0, 1", expect = Expect.ACCEPTABLE, desc = "The first has it, alone.")
@Outcome(id = "0, 1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The second has it, alone.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two holders of one resource, or a resource taken from its holder.")
@State
public class LeaseStress {

    private final ResourcePool<Object> pool = PoolsForStress.ofOne();
    private final Lease<Object> lease = PoolsForStress.acquire(pool);

    /** Closes it. */
    @Actor
    public void close() {
        lease.close();
    }

    /** Closes it, too. */
    @Actor
    public void closeAgain() {
        lease.close();
    }

    /**
     * Takes it anew.
     *
     * @param r r1: how many leases
     */
    @Actor
    public void take(IIII_Result r) {
        r.r1 = pool.tryAcquire().isPresent() ? 1 : 0;
    }

    /**
     * Takes it anew.
     *
     * @param r r2: how many leases
     */
    @Actor
    public void takeToo(IIII_Result r) {
        r.r2 = pool.tryAcquire().isPresent() ? 1 : 0;
    }

    /**
     * Looks where it is.
     *
     * @param r r3: idle, r4: leased
     */
    @Arbiter
    public void look(IIII_Result r) {
        r.r3 = pool.report().idle();
        r.r4 = pool.report().stillLeased().size();
        pool.close();
    }
}
