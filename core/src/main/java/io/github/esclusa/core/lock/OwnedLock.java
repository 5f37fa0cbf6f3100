// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The JDK's lock, with its owner's name and a first try that keeps to its fairness. */
class OwnedLock extends ReentrantLock {

    private static final long serialVersionUID = 1;

    OwnedLock(Fairness fairness) {
        super(fairness == Fairness.FIRST_COME);
    }

    /** What {@code lock()} does before it queues: barges, or on a fair lock gives way to those that wait. */
    boolean tryNow() {
        if (isFair() && hasQueuedThreads() && !isHeldByCurrentThread()) {
            return false;
        }
        return tryLock();
    }

    /** The holder's name; may be out of date by the time it is read. */
    @Nullable
    String ownerName() {
        Thread owner = getOwner();
        return owner == null ? null : owner.getName();
    }
}
