// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.coordination.startup.BarrierBroken.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What broke a barrier, of which everybody is told.
 *
 * @param reason the kind
 * @param culprit the name of the thread that broke it
 * @param arrived how many had arrived then
 * @param parties how many were to
 * @param cause what the thread met with; {@code null} if it closed the barrier
 */
record Break(
        Reason reason,
        String culprit,
        int arrived,
        int parties,
        @Nullable Throwable cause) {

    /** A new exception that tells of this. Called without the barrier's lock. */
    BarrierBroken toException(String barrier) {
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
