// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.concurrent.atomic.AtomicInteger;

/** What the tests' pools lend: knows who uses it, and what has been done to it. */
final class Thing {

    final int id;
    final AtomicInteger users = new AtomicInteger();
    final AtomicInteger destructions = new AtomicInteger();
    volatile boolean valid = true;

    Thing(int id) {
        this.id = id;
    }

    /** Uses it for a moment; false if somebody else does, or it has been destroyed. */
    @SuppressWarnings("ThreadPriorityCheck") // Relies on nothing: the yield only widens the window for a second user.
    boolean use() {
        boolean alone = users.incrementAndGet() == 1 && destructions.get() == 0;
        Thread.yield();
        return users.decrementAndGet() == 0 && alone;
    }

    @Override
    public String toString() {
        return "Thing" + id;
    }
}
