// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import io.github.esclusa.core.thread.StuckThread;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pool's books at one moment, taken atomically: what was created, and where it is.
 *
 * @param pool the pool's name
 * @param life how far the pool's life has got
 * @param created resources the factory has made
 * @param destroyed resources the factory has been asked to destroy and has returned from, by failure or not
 * @param destroyFailures how many of those it threw for
 * @param idle resources in the pool
 * @param creating creations that have not returned
 * @param validating resources being validated
 * @param destroying resources being destroyed
 * @param stillLeased the leases not closed, the longest held first
 * @param inFactory the threads on which the factory creates, validates and destroys, and where each was a moment after the
 *     rest was taken; without those that had come back by then, and those that were still to begin
 * @param cause the error in a step of the pool's own for which it has closed itself; {@code null} if it has not. What that
 *     step had in its hands is unknown.
 */
public record PoolReport(
        String pool,
        Life life,
        long created,
        long destroyed,
        long destroyFailures,
        int idle,
        int creating,
        int validating,
        int destroying,
        List<HeldLease> stillLeased,
        List<StuckThread> inFactory,
        @Nullable Throwable cause) {

    /** So many threads are named in a line of text. */
    private static final int NAMED = 10;

    /**
     * Copies the lists.
     *
     * @param pool the pool's name
     * @param life how far the pool's life has got
     * @param created resources the factory has made
     * @param destroyed resources the factory has been asked to destroy and has returned from, by failure or not
     * @param destroyFailures how many of those it threw for
     * @param idle resources in the pool
     * @param creating creations that have not returned
     * @param validating resources being validated
     * @param destroying resources being destroyed
     * @param stillLeased the leases not closed, the longest held first
     * @param inFactory the threads that are in the factory, and where
     * @param cause why the pool has closed itself; {@code null} if it has not
     */
    public PoolReport {
        stillLeased = List.copyOf(stillLeased);
        inFactory = List.copyOf(inFactory);
    }

    /** The same, with the threads that were in the factory. */
    PoolReport with(List<StuckThread> threads) {
        return new PoolReport(
                pool,
                life,
                created,
                destroyed,
                destroyFailures,
                idle,
                creating,
                validating,
                destroying,
                stillLeased,
                threads,
                cause);
    }

    /**
     * Resources in the hands of the factory: being validated or destroyed.
     *
     * @return how many
     */
    public int busy() {
        return validating + destroying;
    }

    /**
     * Whether every resource ever created is accounted for: destroyed, idle, being validated or destroyed, or leased.
     *
     * @return {@code false} only if the pool has lost count, which is a defect, or if it has failed, see {@link #cause}
     */
    public boolean balanced() {
        return unknown() == 0;
    }

    private long unknown() {
        return created - destroyed - idle - busy() - stillLeased.size();
    }

    /**
     * Whether the pool is closed and nothing of it is left: no resource, no creation under way.
     *
     * @return {@code true} at the very end
     */
    public boolean terminated() {
        return life == Life.TERMINATED;
    }

    /** What is left and where, in the length that a line of text may have. */
    String restInWords() {
        return idle + " idle, " + creating + " being created, " + validating + " being validated, " + destroying
                + " being destroyed, " + stillLeased.size() + " on lease"
                + (stillLeased.isEmpty() ? "" : " " + named(stillLeased))
                + (unknown() == 0 ? "" : ", " + unknown() + " unknown")
                + (inFactory.isEmpty() ? "" : ", in the factory " + named(inFactory));
    }

    private static String named(List<?> all) {
        int more = all.size() - NAMED;
        return all.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", ", "[", ""))
                + (more > 0 ? ", and " + more + " more]" : "]");
    }

    /** One line: the books in numbers, who holds leases, and where threads are in the factory. */
    @Override
    public String toString() {
        return "PoolReport(" + pool + ": " + life + ", " + created + " created, " + destroyed + " destroyed"
                + (destroyFailures == 0 ? "" : " (" + destroyFailures + " by a failure)") + ", " + restInWords()
                + (cause == null ? "" : ", FAILED of " + cause.getClass().getName()) + ")";
    }

    /** The stages of a pool's life. */
    public enum Life {
        /** It lends. */
        OPEN,
        /** It lends nothing more; it takes back and destroys. */
        CLOSED,
        /** As closed, by an error in a step of its own: the {@link #cause}. It may never terminate. */
        FAILED,
        /** Closed, and nothing of it is left; with a {@link #cause} if it had failed. */
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
