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
     * The inlet's oldest queued messages are settled as dropped to make room: those that no stage has begun with. So that
     * there are some, a quarter of the inlet's capacity, and of its {@code maxWeight}, stays in its queue while the rest is
     * worked on, waits between two stages, or is parked for a retry; less of either only where the stages have so many
     * workers that one would go without a message. A batch of more than the other three quarters does not fill, and goes
     * with those. With nothing queued that could make room, for a message that weighs more than all of it, say, the
     * submitter is refused.
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
            requireNonNull(timeout, "Overflow.block: the timeout is null");
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
