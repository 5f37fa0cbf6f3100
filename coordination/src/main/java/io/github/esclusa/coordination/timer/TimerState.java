// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

/**
 * Where a timer is on its way from being scheduled to being settled; {@link Timer} shows the way. A settled timer never
 * leaves its state.
 */
public enum TimerState {
    /** It waits for its moment. */
    SCHEDULED,
    /** Its moment has come and the executor has been given the callback, which has not begun. */
    DUE,
    /** The callback is running. */
    RUNNING,
    /** Settled: the callback of a one-shot timer has returned or thrown. */
    FIRED,
    /** Settled: cancelled. A one-shot's callback never ran, a periodic timer's will not run again. */
    CANCELLED,
    /** Settled: the executor refused the callback of a one-shot timer, which never ran. */
    REJECTED,
    /** Settled: the timers were closed before it ran, or ran again. */
    RETURNED,
    /** Settled: its callback had not come back when shutdown's deadline expired; whatever it does later changes nothing. */
    UNKNOWN;

    /**
     * Whether the timer has been accounted for, for good.
     *
     * @return {@code true} from {@link #FIRED} on
     */
    public boolean isSettled() {
        return compareTo(FIRED) >= 0;
    }
}
