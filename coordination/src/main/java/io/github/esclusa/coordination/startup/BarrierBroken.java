// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Barrier} was broken: not all of its parties will come. Each thread that waits, or comes later, is told by an
 * exception of its own, with the same {@link #reason()}, {@link #culprit()} and {@link #getCause() cause}.
 */
public final class BarrierBroken extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Why a barrier was broken. */
    public enum Reason {
        /** A thread's time was up; the cause is a {@link java.util.concurrent.TimeoutException} with its stack. */
        TIMED_OUT,
        /** A thread was interrupted; it got the {@link InterruptedException} that is the cause here. */
        INTERRUPTED,
        /** The action threw; the cause is what it threw. */
        ACTION_FAILED,
        /** A party said that it cannot come, with the cause, or met with an {@code Error} while it waited. */
        FAILED,
        /** The barrier was closed; there is no cause. */
        CLOSED
    }

    /** The barrier's name. */
    private final String barrier;

    /** Why it is broken. */
    private final Reason reason;

    /** Who broke it. */
    private final String culprit;

    BarrierBroken(String barrier, Reason reason, String culprit, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.barrier = barrier;
        this.reason = reason;
        this.culprit = culprit;
    }

    /**
     * The barrier that is broken.
     *
     * @return its name
     */
    public String barrier() {
        return barrier;
    }

    /**
     * Why it is broken.
     *
     * @return the kind of what came first
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The thread that broke it: the one whose time was up, that was interrupted, that ran the action, or that called
     * {@link Barrier#fail} or {@link Barrier#close}.
     *
     * @return its name, as it was then
     */
    public String culprit() {
        return culprit;
    }
}
