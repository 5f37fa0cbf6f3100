// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

/** What {@link Timer#cancel()} found. Only {@link #CANCELLED} means that this very call did something for good. */
public enum CancelOutcome {
    /** This call cancelled the timer: its callback has not begun, or not begun again, and never will. */
    CANCELLED,
    /**
     * The callback is running and goes on, uninterrupted. A one-shot timer will have fired; a periodic one will not run
     * again and is settled as cancelled when this run ends. One that a shutdown has settled as unknown stays unknown.
     */
    RUNNING,
    /** The timer, a one-shot, had fired: its callback has returned or thrown. */
    FIRED,
    /**
     * The timer had been settled before without this call: cancelled, handed back by close, refused by the executor, or
     * unknown, and its callback has returned since. {@link Timer#state()} says which. Its callback will not run, or not
     * again.
     */
    ALREADY_CANCELLED
}
