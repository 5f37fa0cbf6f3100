// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.policy;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What an inlet does with a message for which it has no room. */
public sealed interface Overflow {

    /**
     * The submitter waits, in order of arrival, until there is room, it is interrupted, or the pipeline is closed.
     *
     * @return the policy
     */
    static Overflow block() {
        return new Block(Duration.ofSeconds(Long.MAX_VALUE));
    }

    /**
     * The submitter waits so long at the most, then is refused.
     *
     * @param timeout how long to wait; positive
     * @return the policy
     */
    static Overflow block(Duration timeout) {
        return new Block(timeout);
    }

    /**
     * The submitter is refused at once.
     *
     * @return the policy
     */
    static Overflow reject() {
        return new Reject();
    }

    /**
     * The inlet's oldest queued messages are settled as dropped to make room. With nothing in the inlet's queue that could
     * make room, the submitter is refused: what has been taken out of it is being worked on, waits between two stages for the
     * workers of the next, or is parked for a retry. Between two stages waits no more than a quarter of the capacity (or
     * what the next stage's workers take at a time, where that is more), so behind a fast first stage and a slow last one
     * the rest lies in the inlet. That is counted in messages: where {@code maxWeight} is the narrower bound, all that it
     * lets in may lie behind the inlet.
     *
     * @return the policy
     */
    static Overflow dropOldest() {
        return new DropOldest();
    }

    /**
     * Wait for room.
     *
     * @param timeout how long at the most
     */
    record Block(Duration timeout) implements Overflow {

        /**
         * Checks the timeout.
         *
         * @param timeout how long at the most
         */
        public Block {
            requireNonNull(timeout, "timeout");
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("Overflow.block(" + timeout
                        + "): the timeout must be positive; to refuse at once, use Overflow.reject()");
            }
        }
    }

    /** Refuse at once. */
    record Reject() implements Overflow {}

    /** Make room by dropping the oldest queued. */
    record DropOldest() implements Overflow {}
}
