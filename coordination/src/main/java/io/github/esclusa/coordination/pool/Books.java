// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Which resources exist, and how many there ever were. Guarded by the lock of the {@link HandOver} it belongs to.
 *
 * <p>What was counted and what is there are kept apart on purpose: {@link PoolReport#balanced} compares the two.
 */
final class Books<T> {

    private final String pool;

    /** Every resource that exists, by the identity of its object: no object is pooled twice. */
    private final IdentityHashMap<T, Resource<T>> live = new IdentityHashMap<>();

    private int active;
    private long created;
    private long destroyed;
    private long destroyFailures;

    Books(String pool) {
        this.pool = pool;
    }

    boolean knows(T object) {
        return live.containsKey(object);
    }

    Resource<T> enter(T object) {
        Resource<T> resource = new Resource<>(object);
        live.put(object, resource);
        created++;
        return resource;
    }

    void strike(Resource<T> resource, Destruction how) {
        live.remove(resource.object);
        destroyed++;
        if (how == Destruction.FAILED) {
            destroyFailures++;
        }
    }

    void lent(Resource<T> resource, Lease<T> lease) {
        resource.state = Resource.State.LEASED;
        resource.lease = lease;
        active++;
    }

    void reclaimed(Resource<T> resource) {
        resource.lease = null;
        active--;
    }

    int active() {
        return active;
    }

    int existing() {
        return live.size();
    }

    /** Gives the leases that nobody has timed yet a lower bound of how long they have been held. */
    void markHolders(long now) {
        for (Resource<T> resource : live.values()) {
            if (resource.lease != null) {
                resource.lease.heldSinceAtLatest(now);
            }
        }
    }

    PoolReport report(long now, int creating, PoolReport.Life life) {
        markHolders(now);
        List<PoolReport.HeldLease> leases = new ArrayList<>();
        int idle = 0;
        int busy = 0;
        for (Resource<T> resource : live.values()) {
            if (resource.lease != null) {
                leases.add(held(resource.lease, now));
            } else if (resource.state == Resource.State.IDLE) {
                idle++;
            } else {
                busy++;
            }
        }
        leases.sort(Comparator.comparing(PoolReport.HeldLease::heldAtLeast).reversed());
        return new PoolReport(pool, life, created, destroyed, destroyFailures, idle, busy, creating, leases);
    }

    private static PoolReport.HeldLease held(Lease<?> lease, long now) {
        return new PoolReport.HeldLease(lease.holder(), Duration.ofNanos(Math.max(0, now - lease.sinceNanos())));
    }

    /** How the factory's {@code destroy} ended. */
    enum Destruction {
        DONE,
        FAILED
    }
}
