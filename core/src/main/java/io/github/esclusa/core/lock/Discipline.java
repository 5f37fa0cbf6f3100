// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import org.jspecify.annotations.Nullable;

/** What a lock demands of the thread that takes it: not to hold it already, and to keep to the order of locks. */
final class Discipline {

    private final InstrumentedLock lock;
    private final Reentrancy reentrancy;

    /** Both or neither. */
    private final @Nullable LockOrder order;

    private final @Nullable OrderedNode node;

    private Discipline(InstrumentedLock lock, Reentrancy reentrancy, @Nullable LockOrder order) {
        this.lock = lock;
        this.reentrancy = reentrancy;
        this.order = order;
        this.node = order == null ? null : order.place(lock.name());
    }

    /** {@code null} where nothing is demanded. */
    static @Nullable Discipline of(InstrumentedLock lock, Reentrancy reentrancy, @Nullable LockOrder order) {
        return reentrancy == Reentrancy.COUNTED && order == null ? null : new Discipline(lock, reentrancy, order);
    }

    /**
     * The current thread is about to take the lock, and may wait for it.
     *
     * @throws IllegalStateException if it must not
     */
    void beforeWait() {
        if (lock.isHeldByCurrentThread()) {
            if (reentrancy == Reentrancy.REFUSED) {
                throw new IllegalStateException("thread '"
                        + Thread.currentThread().getName() + "' holds lock '" + lock.name()
                        + "' already, which is not re-entrant: it would wait for itself for ever. Release the lock first,"
                        + " or build it with reentrancy(COUNTED)");
            }
        } else if (order != null && node != null) {
            order.beforeWait(node);
        }
    }

    /** Whether a try that does not wait may go on: not to hold what is held already. */
    boolean mayTry() {
        return reentrancy == Reentrancy.COUNTED || !lock.isHeldByCurrentThread();
    }

    /** The current thread, which holds the lock, is about to give it up and to take it again. */
    void beforeAwait() {
        if (order != null && node != null) {
            order.beforeWait(node);
        }
    }

    /** The current thread has taken the lock, for the first time. */
    void taken() {
        if (order != null && node != null) {
            order.taken(node);
        }
    }

    /** The current thread has released the lock for the last time. */
    void released() {
        if (order != null && node != null) {
            order.released(node);
        }
    }
}
