// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/**
 * One pooled object and where it is. All its state is guarded by the lock of the {@link HandOver} it belongs to.
 *
 * <pre>
 *             give back                      granted
 *   (created) ────────► IDLE ◄─────────────────────────► LEASED
 *                        │  ▲                              │
 *          idle too long ▼  │ valid                        │ invalidated,
 *                     VALIDATING                           │ or given back to a closed pool
 *                        │ invalid, or pool closed         │
 *                        └──────────► DOOMED ◄─────────────┘
 *                                       │ destroyed: the slot is free
 *                                       ▼
 *                                     (gone)
 * </pre>
 */
final class Resource<T> {

    enum State {
        IDLE,
        VALIDATING,
        LEASED,
        DOOMED
    }

    /** What the factory has made. Written once, as the resource comes into being and before anybody sees it. */
    @SuppressWarnings("NullAway.Init")
    T object;

    /** Its end: made beforehand, since it must come about without memory too. */
    final Job.Destroy<T> destruction = new Job.Destroy<>(this);

    /** Among the idle or the leased ones. */
    final Chain.Place<Resource<T>> place = new Chain.Place<>(this);

    State state = State.IDLE;

    /** Whether nobody has had it since the factory made it or found it good. */
    boolean untouched = true;

    /** The lease that holds it, while LEASED. */
    @Nullable
    Lease<T> lease;

    /** When it became idle; meaningless unless the pool validates. */
    long idleSinceNanos;
}
