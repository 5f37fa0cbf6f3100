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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A lease closed twice at once, and its resource lent again: whichever close came second, it does not take the resource
 * from who holds it by then. (Two actors, so that it runs on two processors.)
 */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "Closed once, lent again once.")
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

    /**
     * Closes it too, and takes the resource anew: it is in the pool, whoever closed first.
     *
     * @param r r1: how many leases
     */
    @Actor
    public void closeAndTakeAgain(III_Result r) {
        lease.close();
        r.r1 = pool.tryAcquire().isPresent() ? 1 : 0;
    }

    /**
     * Looks where it is.
     *
     * @param r r2: idle, r3: leased
     */
    @Arbiter
    public void look(III_Result r) {
        r.r2 = pool.report().idle();
        r.r3 = pool.report().stillLeased().size();
        pool.close();
    }
}
