// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/**
 * The right to use one resource of a {@link ResourcePool} until it is closed.
 *
 * <pre>{@code
 * try (Lease<Connection> lease = connections.acquire()) {
 *     lease.get().createStatement()...
 * }
 * }</pre>
 *
 * <p>A lease is closed exactly once. Closing it again does nothing to whoever has the resource by then; it is counted
 * ({@code esclusa.pool.stale.release}), because it points to a mistake. Closing it after {@link #invalidate} is no
 * mistake: that is how a try block ends.
 *
 * <p>A lease may be passed between threads. What a holder did before it closed the lease happens-before what the next
 * holder of the same resource does after it has acquired it.
 *
 * @param <T> what the pool lends
 */
public final class Lease<T> implements AutoCloseable {

    /** Not a moment anybody would notice the difference of: a reading that equals it is moved by a nanosecond. */
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final ResourcePool<T> pool;
    private final Thread holder;

    /** Non-null exactly while the lease is open. Written under the lock of the pool's {@link HandOver}. */
    private volatile @Nullable Resource<T> resource;

    /**
     * When it was acquired, or a later moment. Written by the acquiring thread and, while unknown, by one that looks;
     * if these race, either reading was taken while the lease was held, so the later one is a lower bound still.
     */
    private volatile long sinceNanos = UNKNOWN;

    /** Whether its usage is to be timed. Written under the pool's lock when it begins, read by the holder. */
    private boolean sampled;

    /** Whether it ended by {@link #invalidate}. Written under the pool's lock as it ends, read by whoever closes it again. */
    private volatile boolean invalidated;

    Lease(ResourcePool<T> pool, Thread holder) {
        this.pool = pool;
        this.holder = holder;
    }

    /**
     * The resource. Do not keep it beyond the lease: the next holder gets the same one.
     *
     * @return the resource
     * @throws IllegalStateException if the lease has been closed
     */
    public T get() {
        Resource<T> mine = resource;
        if (mine == null) {
            throw new IllegalStateException("this lease of pool '" + pool.name()
                    + "' has been closed, and its resource may be somebody else's by now: acquire another lease");
        }
        return mine.object;
    }

    /**
     * Says that the resource is broken: it is destroyed instead of being lent again, and its place is free for another
     * once that is done. The lease is closed by this. On a lease that has been closed already it does nothing.
     *
     * <p>Returns at once: the destruction is done by the pool's threads, or by this one if none can be had.
     */
    public void invalidate() {
        pool.discard(this);
    }

    /** Gives the resource back. It may go straight to a waiting thread; in a closed pool it is destroyed. */
    @Override
    public void close() {
        pool.giveBack(this);
    }

    // ---- for the pool

    void begin(Resource<T> granted, boolean timeUsage) {
        sampled = timeUsage;
        resource = granted;
    }

    /** Ends the lease; {@code null} if it was not open. */
    @Nullable
    Resource<T> end() {
        Resource<T> held = resource;
        resource = null;
        return held;
    }

    boolean isSampled() {
        return sampled;
    }

    void markInvalidated() {
        invalidated = true;
    }

    boolean wasInvalidated() {
        return invalidated;
    }

    String holder() {
        return holder.getName();
    }

    void heldSince(long nanos) {
        sinceNanos = nanos == UNKNOWN ? nanos + 1 : nanos;
    }

    void heldSinceAtLatest(long nanos) {
        if (sinceNanos == UNKNOWN) {
            heldSince(nanos);
        }
    }

    long sinceNanos() {
        return sinceNanos;
    }

    @Override
    public String toString() {
        return "Lease(" + pool.name() + ", " + (resource == null ? "closed" : "held by " + holder()) + ")";
    }
}
