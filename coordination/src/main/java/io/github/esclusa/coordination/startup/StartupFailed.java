// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A gate did not become ready, or no longer is. Says why, and which component is to blame.
 *
 * <p>Everybody who waits at the gate is told the same first failure, each by an exception of its own: the same
 * {@link #reason()}, {@link #culprits()} and {@link #getCause() cause}. Failures of other components, up to then, are
 * {@linkplain #getSuppressed() suppressed} into it.
 */
public final class StartupFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Why a gate is not ready. */
    public enum Reason {
        /** A component's factory threw, or returned {@code null}; the cause is what it threw. */
        COMPONENT_FAILED,
        /**
         * A component's timeout or the start's own passed. The cause is a
         * {@link java.util.concurrent.TimeoutException} with the stack of the thread that was starting the component,
         * as it was then; where several were late, those of the others are suppressed into it.
         */
        TIMED_OUT,
        /** The thread that started the gate was interrupted; it got the {@link InterruptedException}, others this. */
        INTERRUPTED,
        /** The gate was stopped. */
        STOPPED,
        /** The gate itself could not go on, for want of memory for example; the cause is what was thrown. */
        BROKEN
    }

    /** The gate's name. */
    private final String gate;

    /** Why it failed. */
    private final Reason reason;

    /** Who is to blame. */
    private final List<String> culprits;

    StartupFailed(String gate, Reason reason, List<String> culprits, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.gate = gate;
        this.reason = reason;
        this.culprits = List.copyOf(culprits);
    }

    /**
     * The gate that is not ready.
     *
     * @return its name
     */
    public String gate() {
        return gate;
    }

    /**
     * Why it is not ready.
     *
     * @return the kind of the first failure
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The components to blame: the one that failed, or those that were late.
     *
     * @return their names; empty if no component is: the gate was stopped, its start interrupted, or it broke
     */
    public List<String> culprits() {
        return culprits;
    }
}
