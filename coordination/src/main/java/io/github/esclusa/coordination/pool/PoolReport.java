// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.time.Duration;
import java.util.List;

/**
 * A pool's books at one moment, taken atomically: what was created, and where it is.
 *
 * @param pool the pool's name
 * @param life how far the pool's life has got
 * @param created resources the factory has made
 * @param destroyed resources the factory has been asked to destroy and has returned from, by failure or not
 * @param destroyFailures how many of those it threw for
 * @param idle resources in the pool
 * @param busy resources in the hands of the factory: being validated or destroyed
 * @param creating creations that have not returned
 * @param stillLeased the leases not closed, the longest held first
 */
public record PoolReport(
        String pool,
        Life life,
        long created,
        long destroyed,
        long destroyFailures,
        int idle,
        int busy,
        int creating,
        List<HeldLease> stillLeased) {

    /**
     * Copies the list.
     *
     * @param pool the pool's name
     * @param life how far the pool's life has got
     * @param created resources the factory has made
     * @param destroyed resources the factory has been asked to destroy and has returned from, by failure or not
     * @param destroyFailures how many of those it threw for
     * @param idle resources in the pool
     * @param busy resources in the hands of the factory: being validated or destroyed
     * @param creating creations that have not returned
     * @param stillLeased the leases not closed, the longest held first
     */
    public PoolReport {
        stillLeased = List.copyOf(stillLeased);
    }

    /**
     * Whether every resource ever created is accounted for: destroyed, idle, busy or leased.
     *
     * @return {@code false} only if the pool has lost count, which is a defect
     */
    public boolean balanced() {
        return created == destroyed + idle + busy + stillLeased.size();
    }

    /**
     * Whether the pool is closed and nothing of it is left: no resource, no creation under way.
     *
     * @return {@code true} at the very end
     */
    public boolean terminated() {
        return life == Life.TERMINATED;
    }

    /** The stages of a pool's life. */
    public enum Life {
        /** It lends. */
        OPEN,
        /** It lends nothing more; it takes back and destroys. */
        CLOSED,
        /** Closed, and nothing of it is left. */
        TERMINATED
    }

    /**
     * A lease that was not closed when the report was made.
     *
     * @param thread the name of the thread that acquired it
     * @param heldAtLeast a lower bound of how long it has been held: exact in a pool that validates, for a lease that
     *     was waited for, and for one sampled for the usage timer; else counted from the first time anybody had to
     *     wait, asked, or closed the pool
     */
    public record HeldLease(String thread, Duration heldAtLeast) {}
}
