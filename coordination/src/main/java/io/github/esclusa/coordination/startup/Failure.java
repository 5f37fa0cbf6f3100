// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.coordination.startup.StartupFailed.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first failure of a gate, of which everybody who waits at it is told.
 *
 * <p>What was thrown is no part of it, so that a failure can be made before there is one: the {@link Board} takes both.
 *
 * @param reason why the gate is not ready
 * @param culprits the components to blame
 * @param what the sentence that follows the gate's name
 * @param others where those who were late were
 */
record Failure(Reason reason, List<String> culprits, String what, List<? extends Throwable> others) {

    static final Failure STOPPED = of(Reason.STOPPED, "was stopped, and does not become ready again");

    static final Failure INTERRUPTED =
            of(Reason.INTERRUPTED, "did not start: the thread that started it was interrupted");

    private static final Failure BROKEN = of(Reason.BROKEN, "did not start: the gate itself could not go on");

    private static Failure of(Reason reason, String what) {
        return new Failure(reason, List.of(), what, List.of());
    }

    /** A component's, of which no more is known. */
    static Failure component(String component) {
        return new Failure(
                Reason.COMPONENT_FAILED,
                List.of(component),
                "did not start: component '" + component + "' failed",
                List.of());
    }

    static Failure broken(Throwable cause) {
        return BROKEN.describing(cause);
    }

    /** The same, with the cause in its sentence; this one, if there is no memory for that. Calls foreign code. */
    Failure describing(Throwable cause) {
        try {
            return new Failure(reason, culprits, what + ": " + describe(cause), others);
        } catch (Throwable e) { // to describe a failure must not keep it from being one
            return this;
        }
    }

    /** The first of the stacks is its cause. */
    static Failure timedOut(List<String> culprits, String what, List<? extends Throwable> stacks) {
        return new Failure(Reason.TIMED_OUT, culprits, "did not start: " + what, stacks);
    }

    /** A throwable in one line; one that throws when asked for its message is named by its class. */
    static String describe(Throwable cause) {
        try {
            return cause.toString();
        } catch (Throwable e) { // a foreign getMessage(): what it throws must not hide the failure
            return cause.getClass().getName();
        }
    }

    /** A new exception that tells of this failure. Called without the board's lock. */
    StartupFailed toException(
            String gate, @Nullable Throwable cause, List<String> notStarted, List<? extends Throwable> later) {
        String message = "gate '" + gate + "' " + what;
        if (reason != Reason.STOPPED && !notStarted.isEmpty()) {
            message += "; never begun: " + String.join(", ", notStarted);
        }
        StartupFailed exception = new StartupFailed(gate, reason, culprits, message, cause);
        for (Throwable other : others) {
            if (other != cause) {
                exception.addSuppressed(other);
            }
        }
        for (Throwable failure : later) {
            // One who was interrupted by the rollback and says so has not failed.
            if (failure != cause && !(failure instanceof InterruptedException)) {
                exception.addSuppressed(failure);
            }
        }
        return exception;
    }
}
