// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import java.util.concurrent.RejectedExecutionException;

/** A timer was refused because as many as allowed are pending; nothing was scheduled. */
public final class TimersFullException extends RejectedExecutionException {

    private static final long serialVersionUID = 1;

    /** Whose limit it was. */
    private final String timersName;

    /** How many timers may be pending. */
    private final int limit;

    TimersFullException(String timersName, int limit) {
        super("timers '" + timersName + "' refused a timer: " + limit
                + " are pending, which is the limit; cancel those no longer needed, or raise maxPending(...)");
        this.timersName = timersName;
        this.limit = limit;
    }

    /**
     * Which timers were full.
     *
     * @return the name of the {@link Timers}
     */
    public String timersName() {
        return timersName;
    }

    /**
     * How many timers may be pending.
     *
     * @return the limit
     */
    public int limit() {
        return limit;
    }
}
