// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.coordination.startup.StartupFailed.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first failure of a gate, of which everybody who waits at it is told.
 *
 * @param reason why the gate is not ready
 * @param culprits the components to blame
 * @param what the sentence that follows the gate's name
 * @param cause what a component threw, or where it was when its time was up
 * @param others where the other late ones were
 */
record Failure(
        Reason reason,
        List<String> culprits,
        String what,
        @Nullable Throwable cause,
        List<? extends Throwable> others) {

    static Failure component(String component, Throwable cause, String described) {
        return new Failure(
                Reason.COMPONENT_FAILED,
                List.of(component),
                "did not start: component '" + component + "' failed: " + described,
                cause,
                List.of());
    }

    static Failure timedOut(List<String> culprits, String what, List<? extends Throwable> stacks) {
        return new Failure(
                Reason.TIMED_OUT,
                culprits,
                "did not start: " + what,
                stacks.isEmpty() ? null : stacks.get(0),
                stacks.isEmpty() ? stacks : stacks.subList(1, stacks.size()));
    }

    static Failure broken(Throwable cause, String described) {
        return new Failure(
                Reason.BROKEN,
                List.of(),
                "did not start: the gate itself could not go on: " + described,
                cause,
                List.of());
    }

    static Failure interrupted() {
        return new Failure(
                Reason.INTERRUPTED,
                List.of(),
                "did not start: the thread that started it was interrupted",
                null,
                List.of());
    }

    static Failure stopped() {
        return new Failure(Reason.STOPPED, List.of(), "was stopped, and does not become ready again", null, List.of());
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
    StartupFailed toException(String gate, List<String> notStarted, List<? extends Throwable> later) {
        String message = "gate '" + gate + "' " + what;
        if (reason != Reason.STOPPED && !notStarted.isEmpty()) {
            message += "; never begun: " + String.join(", ", notStarted);
        }
        StartupFailed exception = new StartupFailed(gate, reason, culprits, message, cause);
        others.forEach(exception::addSuppressed);
        for (Throwable failure : later) {
            // One who was interrupted by the rollback and says so has not failed.
            if (failure != cause && !(failure instanceof InterruptedException)) {
                exception.addSuppressed(failure);
            }
        }
        return exception;
    }
}
