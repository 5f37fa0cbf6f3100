// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.concurrent.locks.Condition;

/**
 * One filling of a barrier: who is here, and whether they have gone through. Plain data under the barrier's lock.
 *
 * <p>Whoever waits holds the generation it came with. A trip is written there and never taken back, so that a thread that
 * is slow to wake finds its own trip, whatever has become of the barrier since.
 */
final class Generation {

    /** Signalled when it has tripped, or the barrier is broken. */
    final Condition decided;

    private final int parties;

    private int arrived;
    private boolean tripped;

    Generation(int parties, Condition decided) {
        this.parties = parties;
        this.decided = decided;
    }

    /** Enters one party; answers how many were here before it. */
    int arrive() {
        if (arrived == parties) {
            throw new IllegalStateException("all " + parties + " are here already");
        }
        return arrived++;
    }

    boolean isFull() {
        return arrived == parties;
    }

    int missing() {
        return parties - arrived;
    }

    int arrived() {
        return arrived;
    }

    boolean hasTripped() {
        return tripped;
    }

    void trip() {
        tripped = true;
        decided.signalAll();
    }
}
