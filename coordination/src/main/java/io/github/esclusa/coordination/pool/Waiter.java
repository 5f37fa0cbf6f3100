// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for a lease, and what became of its wait: guarded by the lock of the {@link HandOver}, and settled
 * exactly once, by whoever takes it out of the queue.
 */
final class Waiter<T> {

    final Lease<T> lease;
    final Condition settled;

    /** In the queue. */
    final Chain.Place<Waiter<T>> place = new Chain.Place<>(this);

    /** {@code null} while it waits. */
    @Nullable
    AcquireOutcome outcome;

    /** What the factory threw, when it failed for this waiter. */
    @Nullable
    Throwable failure;

    Waiter(Lease<T> lease, Condition settled) {
        this.lease = lease;
        this.settled = settled;
    }

    void settle(AcquireOutcome how) {
        outcome = how;
        settled.signal();
    }
}
