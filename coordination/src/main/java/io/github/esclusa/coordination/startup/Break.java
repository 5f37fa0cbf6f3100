// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.coordination.startup.BarrierBroken.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What broke a barrier, of which everybody is told: made with the barrier and set once, under its lock, so that a barrier is
 * broken without memory too. Once it has been seen set under the lock it may be read without.
 */
final class Break {

    private boolean set;

    private Reason reason = Reason.CLOSED; // any: the class is there, then, when there is no memory

    private String culprit = "";

    private int arrived;

    private @Nullable Throwable cause;

    boolean isSet() {
        return set;
    }

    /**
     * Says what broke the barrier, once.
     *
     * @param reason the kind
     * @param culprit the name of the thread that broke it
     * @param arrived how many had arrived then
     * @param cause what the thread met with; {@code null} if it closed the barrier
     */
    void set(Reason reason, String culprit, int arrived, @Nullable Throwable cause) {
        this.set = true;
        this.reason = reason;
        this.culprit = culprit;
        this.arrived = arrived;
        this.cause = cause;
    }

    /** A new exception that tells of this. Called without the barrier's lock. */
    BarrierBroken toException(String barrier, int parties) {
        String who = "thread '" + culprit + "' ";
        String what =
                switch (reason) {
                    case TIMED_OUT -> who + "could wait no longer";
                    case INTERRUPTED -> who + "was interrupted";
                    case ACTION_FAILED -> "the action threw in " + who + described();
                    case FAILED -> who + "cannot take part " + described();
                    case CLOSED -> who + "closed it";
                };
        return new BarrierBroken(
                barrier,
                reason,
                culprit,
                "barrier '" + barrier + "' is broken: " + what + ", when " + arrived + " of " + parties
                        + " were here; build another",
                cause);
    }

    private String described() {
        return cause == null ? "" : "(" + Failure.describe(cause) + ")";
    }
}
