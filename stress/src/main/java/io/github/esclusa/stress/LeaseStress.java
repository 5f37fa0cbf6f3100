// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolReport;
import io.github.esclusa.coordination.pool.ResourcePool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** The end of a lease, from two threads at once. (Two actors, so that it runs on two processors.) */
public class LeaseStress {

    /** Not made: a place for its tests. */
    private LeaseStress() {}

    /**
     * A lease closed twice at once, and its resource lent again: whichever close came second, it does not take the resource
     * from who holds it by then.
     */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Closed once, lent again once.")
    @Outcome(expect = FORBIDDEN, desc = "Two holders of one resource, or a resource taken from its holder.")
    @State
    public static class CloseAgainstClose {

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

    /** A lease closed and invalidated at once: one of them takes the resource, and the pool can lend its full capacity again. */
    @JCStressTest
    @Outcome(id = "1, 0, 0, 1", expect = ACCEPTABLE, desc = "Closed first: in the pool.")
    @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "Invalidated first: destroyed, and its place is free.")
    @Outcome(expect = FORBIDDEN, desc = "Both, neither, or a resource lent after its end.")
    @State
    public static class InvalidateAgainstClose {

        private final ResourcePool<Object> pool = PoolsForStress.ofOne();
        private final Lease<Object> lease = PoolsForStress.acquire(pool);
        private final Object resource = lease.get();

        /** Closes it. */
        @Actor
        public void close() {
            lease.close();
        }

        /** Says that its resource is broken. */
        @Actor
        public void invalidate() {
            lease.invalidate();
        }

        /**
         * Looks where the resource is, and takes the full capacity.
         *
         * @param r r1: idle, r2: destroyed, r3: leased, r4: whether one is lent again, which is this one unless it
         *     was destroyed, and the books balance
         */
        @Arbiter
        public void look(IIII_Result r) {
            PoolReport report = pool.report();
            r.r1 = report.idle();
            r.r2 = (int) report.destroyed();
            r.r3 = report.stillLeased().size();
            try (Lease<Object> again = PoolsForStress.acquire(pool)) {
                boolean same = again.get() == resource;
                r.r4 = report.balanced()
                                && same == (r.r2 == 0)
                                && pool.tryAcquire().isEmpty()
                        ? 1
                        : 0;
            }
            pool.close();
        }
    }
}
