// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which resources exist, and how many there ever were. Guarded by the lock of the {@link HandOver} it belongs to.
 *
 * <p>What was counted and what is there are kept apart on purpose: {@link PoolReport#balanced} compares the two.
 */
final class Books<T> {

    private static final int ROOM = 16;

    private final String pool;

    /** Every resource that exists, by the identity of its object: no object is pooled twice. */
    private IdentityHashMap<T, Resource<T>> live = new IdentityHashMap<>(ROOM);

    /** How many fit in there without memory for more. */
    private int room = ROOM;

    /** Those on lease. */
    private final Chain<Resource<T>> leased = new Chain<>();

    /** How many are to be destroyed, or being destroyed. */
    private int doomed;

    private long created;
    private long destroyed;
    private long destroyFailures;

    Books(String pool) {
        this.pool = pool;
    }

    boolean knows(T object) {
        return live.containsKey(object);
    }

    /** Makes room, so that entering up to so many needs no memory. When there is none, nothing has changed. */
    void reserve(int resources) {
        if (resources > room) {
            IdentityHashMap<T, Resource<T>> larger = new IdentityHashMap<>(2 * resources);
            larger.putAll(live);
            live = larger;
            room = 2 * resources;
        }
    }

    /** Enters what the factory has made, for which room has been reserved. */
    void enter(Resource<T> resource, T object) {
        resource.object = object;
        live.put(object, resource);
        created++;
    }

    void strike(Resource<T> resource, Destruction how) {
        live.remove(resource.object);
        doomed--;
        destroyed++;
        if (how == Destruction.FAILED) {
            destroyFailures++;
        }
    }

    void lent(Resource<T> resource, Lease<T> lease) {
        resource.state = Resource.State.LEASED;
        resource.lease = lease;
        leased.addLast(resource.place);
    }

    void reclaimed(Resource<T> resource) {
        resource.lease = null;
        leased.remove(resource.place);
    }

    void doomed(Resource<T> resource) {
        resource.state = Resource.State.DOOMED;
        doomed++;
    }

    int doomed() {
        return doomed;
    }

    int active() {
        return leased.size();
    }

    int existing() {
        return live.size();
    }

    /** Gives the leases that nobody has timed yet a lower bound of how long they have been held. */
    void markHolders(long now) {
        for (Resource<T> held = leased.first(); held != null; held = leased.after(held.place)) {
            if (held.lease != null) {
                held.lease.heldSinceAtLatest(now);
            }
        }
    }

    PoolReport report(long now, int creating, PoolReport.Life life, @Nullable Throwable cause) {
        markHolders(now);
        List<PoolReport.HeldLease> leases = new ArrayList<>();
        int idle = 0;
        int validating = 0;
        int destroying = 0;
        for (Resource<T> resource : live.values()) {
            if (resource.lease != null) {
                leases.add(held(resource.lease, now));
            } else {
                switch (resource.state) {
                    case IDLE -> idle++;
                    case VALIDATING -> validating++;
                    case DOOMED -> destroying++;
                    case LEASED -> {} // without a lease: lost by a step that has thrown, and so unknown
                }
            }
        }
        leases.sort(Comparator.comparing(PoolReport.HeldLease::heldAtLeast).reversed());
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
                leases,
                List.of(),
                cause);
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
