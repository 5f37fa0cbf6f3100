// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.pipeline.policy.Overflow;

/**
 * How much of an inlet's credit may be out, polled and not released, so that the rest is in its queue. What drop-oldest is to
 * find must be there. Plain data, guarded by the buffer's lock.
 */
final class Allowance {

    /** So many may be out whatever they weigh: one at least, or who outweighs all would never be. */
    private final int least;

    private final int most;
    private final long mostWeight;

    private int out;
    private long outWeight;

    private boolean lifted;

    private Allowance(int least, int most, long mostWeight) {
        this.least = least;
        this.most = most;
        this.mostWeight = mostWeight;
    }

    /**
     * Three quarters of the credit where the oldest are dropped, all of it elsewhere.
     *
     * @param workers how many are to find a message each, which may be out in any case
     */
    static Allowance of(Overflow overflow, int capacity, long maxWeight, int workers) {
        return new Allowance(
                Math.min(capacity, workers),
                mostOut(overflow, capacity, workers),
                keepsSome(overflow) ? maxWeight - maxWeight / 4 : Long.MAX_VALUE);
    }

    /** How many messages may be out. */
    static int mostOut(Overflow overflow, int capacity, int workers) {
        if (!keepsSome(overflow)) {
            return Integer.MAX_VALUE;
        }
        return Math.max(capacity - Math.max(1, capacity / 4), Math.min(capacity, workers));
    }

    private static boolean keepsSome(Overflow overflow) {
        return overflow instanceof Overflow.DropOldest;
    }

    /** Whether another message of this weight may be polled. */
    boolean isLeftFor(long weight) {
        return lifted || out < least || (out < most && weight <= mostWeight - outWeight);
    }

    void polled(long weight) {
        out++;
        outWeight += weight;
    }

    void released(int messages, long weight) {
        out -= messages;
        outWeight -= weight;
    }

    /** Nobody comes in any more for whom something would have to be dropped. */
    void lift() {
        lifted = true;
    }
}
