// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.core.time.Clock;

/**
 * Readings of a clock that no work depends on: for meters, stamps and log lines. The clock may be the user's and may throw,
 * in the middle of a step that has admitted or settled a message: then there is no reading, and the step goes on.
 */
public final class Reading {

    /** What was not measured: no reading of a clock, no duration. */
    public static final long NONE = Long.MIN_VALUE;

    private Reading() {}

    /**
     * Reads a clock.
     *
     * @param clock the clock
     * @return its reading; {@link #NONE} if it throws
     */
    public static long of(Clock clock) {
        try {
            return clock.nanoTime();
        } catch (Throwable e) {
            return NONE;
        }
    }

    /**
     * How long ago another reading was taken.
     *
     * @param start that reading, or {@link #NONE}
     * @param clock the clock it was taken of
     * @return nanoseconds; {@link #NONE} if either reading could not be taken
     */
    public static long since(long start, Clock clock) {
        long now = start == NONE ? NONE : of(clock);
        return now == NONE ? NONE : now - start;
    }
}
