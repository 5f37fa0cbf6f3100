// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

/**
 * A pipeline's answer to a message that was submitted.
 *
 * <p>Anything but {@link #ACCEPTED} and {@link #WAITING} is a refusal: the message is still the caller's.
 */
public enum Admission {
    /** The message is in; it will be settled exactly once. */
    ACCEPTED,
    /** There is no room, or others were in line first, and the caller did not want to wait. */
    FULL,
    /** There was no room within the time that the overflow policy gives. */
    TIMEOUT,
    /** The pipeline has been shut down, or has failed. */
    CLOSED,
    /** The message alone weighs more than the inlet may ever hold: waiting would not help. */
    TOO_HEAVY,
    /** The message stands in line for room; the callback it came with will hear {@link #ACCEPTED} or {@link #CLOSED}. */
    WAITING;

    /**
     * Whether the message is in the pipeline's hands now.
     *
     * @return {@code true} for {@link #ACCEPTED} only
     */
    public boolean accepted() {
        return this == ACCEPTED;
    }
}
