// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

/** What {@link Timer#reset()} found. */
public enum ResetOutcome {
    /** The timer waits anew, from the moment of this call; the callback does not begin before that wait is over. */
    RESET,
    /** The callback is running, or the timer has been settled: nothing has changed. */
    TOO_LATE
}
