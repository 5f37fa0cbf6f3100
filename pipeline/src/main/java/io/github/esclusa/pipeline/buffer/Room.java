// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

/**
 * The credit of one inlet: how many messages, and how much weight, are admitted and not yet settled. Plain data, guarded
 * by the buffer's lock.
 */
final class Room {

    private final int capacity;
    private final long maxWeight;

    private int used;
    private long usedWeight;

    Room(int capacity, long maxWeight) {
        this.capacity = capacity;
        this.maxWeight = maxWeight;
    }

    boolean couldEverHold(long weight) {
        return weight <= maxWeight;
    }

    /** How many more messages there is credit for. */
    int free() {
        return capacity - used;
    }

    boolean fits(long weight) {
        return wouldFit(weight, 0, 0);
    }

    /** Whether a message would fit once so many others, of so much weight together, had left. */
    boolean wouldFit(long weight, int fewer, long lighter) {
        return used - fewer < capacity && weight <= maxWeight - (usedWeight - lighter);
    }

    void take(long weight) {
        used++;
        usedWeight += weight;
    }

    /**
     * Takes what a weight that is held lacks to another that will replace it, if anything.
     *
     * @return the weight held then
     */
    long topUp(long held, long wanted) {
        long lacking = Math.max(0, wanted - held);
        usedWeight += lacking;
        return held + lacking;
    }

    void giveBack(int messages, long weight) {
        used -= messages;
        usedWeight -= weight;
        if (used < 0 || usedWeight < 0) {
            throw new IllegalStateException("more credit given back than was taken: " + used + " messages, "
                    + usedWeight + " bytes: a message was settled twice");
        }
    }

    int used() {
        return used;
    }

    long usedWeight() {
        return usedWeight;
    }
}
