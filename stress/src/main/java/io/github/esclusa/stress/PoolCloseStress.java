// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolClosedException;
import io.github.esclusa.coordination.pool.PoolReport;
import io.github.esclusa.coordination.pool.ResourcePool;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A close against a return and an acquire: a definite answer, and what was created is destroyed. */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Lent again before the close.")
@Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "Told of the close.")
@Outcome(expect = Expect.FORBIDDEN, desc = "No answer, or something left.")
@State
public class PoolCloseStress {

    private final ResourcePool<Object> pool = PoolsForStress.ofOne();
    private final Lease<Object> lease = PoolsForStress.acquire(pool);

    /** Closes the pool. */
    @Actor
    public void close() {
        pool.close();
    }

    /**
     * Gives back, and takes again.
     *
     * @param r r1: 1 for a lease, 2 for closed
     */
    @Actor
    public void giveBackAndTake(III_Result r) {
        lease.close();
        try (Lease<Object> mine = PoolsForStress.acquire(pool)) {
            r.r1 = 1;
        } catch (PoolClosedException e) {
            r.r1 = 2;
        }
    }

    /**
     * Waits for the end.
     *
     * @param r r2: terminated, r3: how many were destroyed
     */
    @Arbiter
    public void look(III_Result r) {
        try {
            PoolReport report = pool.shutdown(Duration.ofSeconds(10));
            r.r2 = report.terminated() && report.balanced() ? 1 : 0;
            r.r3 = (int) report.destroyed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
