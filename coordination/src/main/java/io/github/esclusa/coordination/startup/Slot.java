// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A component's place on the {@link Board}: plain data, every mutable field of which is written under the board's lock
 * once the gate is built. {@link #state} and {@link #value} are volatile because {@code get()}, messages and gauges read
 * them without it.
 *
 * <p>The object passes from hand to hand exactly once, which is why it is closed exactly once: {@link #starting2Ready} puts it
 * here, and {@link #ready2Closing} takes it away.
 */
final class Slot<T extends AutoCloseable> {

    final String gate;
    final String name;
    final Callable<? extends T> factory;

    /** Single writer: the builder's thread, before the gate is built. */
    long timeoutNanos = Long.MAX_VALUE / 2;

    private volatile ComponentState state = ComponentState.PENDING;
    private volatile @Nullable T value;

    // Guarded by the board's lock:

    /** Whoever is in the factory or in {@code close()}. */
    @Nullable
    Thread thread;

    long beganNanos;
    long startupNanos;

    /** What the factory or {@code close()} threw. A component whose factory threw has no close. */
    @Nullable
    Throwable failure;

    /** When teardown stops waiting for this component, if it is in user code then. */
    long giveUpNanos;

    /** Its close was begun before the deadline, so that it may be told when its time is over. */
    boolean closeHasTime;

    /** Teardown has seen it in its factory, and interrupted it if it was there yet. */
    boolean calledOff;

    /** Where it was when teardown stopped waiting for it; {@code null} while it is waited for. */
    @Nullable
    TimeoutException givenUp;

    Slot(String gate, String name, Callable<? extends T> factory) {
        this.gate = gate;
        this.name = name;
        this.factory = requireNonNull(factory, "factory");
    }

    ComponentState state() {
        return state;
    }

    @Nullable
    T value() {
        return value;
    }

    void pending2Starting(long nowNanos) {
        beganNanos = nowNanos;
        state = ComponentState.STARTING;
    }

    void starting2Ready(T arrived, long nowNanos) {
        startupNanos = nowNanos - beganNanos;
        thread = null;
        value = arrived;
        state = ComponentState.READY;
    }

    void starting2Failed(Throwable cause, long nowNanos) {
        startupNanos = nowNanos - beganNanos;
        thread = null;
        failure = cause;
        state = ComponentState.FAILED;
    }

    /** From pending, or from starting when the factory was never reached. */
    void unstarted2NotStarted() {
        state = ComponentState.NOT_STARTED;
    }

    /** Takes the object away, to be closed by the caller and nobody else. */
    T ready2Closing(long untilNanos, boolean hasTime) {
        T taken = requireNonNull(value, name);
        value = null;
        giveUpNanos = untilNanos;
        closeHasTime = hasTime;
        givenUp = null;
        state = ComponentState.CLOSING;
        return taken;
    }

    void closing2Closed(@Nullable Throwable cause) {
        thread = null;
        failure = cause;
        state = ComponentState.CLOSED;
    }

    /** In user code: its factory or its close. */
    boolean isBusy() {
        return state == ComponentState.STARTING || state == ComponentState.CLOSING;
    }

    /** Nothing of it holds back those it started after: it is over, or no longer waited for. */
    boolean isSettled() {
        return switch (state) {
            case CLOSED, FAILED, NOT_STARTED -> true;
            case PENDING, STARTING, READY, CLOSING -> givenUp != null;
        };
    }

    IllegalStateException notReady() {
        ComponentState now = state;
        String why =
                switch (now) {
                    case PENDING, STARTING ->
                        "not ready yet (" + now + "): whatever uses it must be declared after() it";
                    case READY -> "not ready any more: it is about to be closed";
                    case CLOSING, CLOSED -> "closed, or about to be (" + now + "): its gate has stopped or failed";
                    case FAILED -> "not there: its factory failed";
                    case NOT_STARTED -> "not there: its gate stopped or failed before it was started";
                };
        return new IllegalStateException(this + " is " + why, now == ComponentState.FAILED ? failure : null);
    }

    /** How it stands in the report of a gate that has stopped. */
    StopReport.Entry stopEntry() {
        return switch (state) {
            case CLOSED ->
                new StopReport.Entry(
                        name, failure == null ? StopReport.Outcome.CLOSED : StopReport.Outcome.CLOSE_FAILED, failure);
            case FAILED -> new StopReport.Entry(name, StopReport.Outcome.START_FAILED, failure);
            case NOT_STARTED, PENDING -> new StopReport.Entry(name, StopReport.Outcome.NOT_STARTED, null);
            case STARTING, READY, CLOSING -> new StopReport.Entry(name, StopReport.Outcome.UNFINISHED, givenUp);
        };
    }

    @Override
    public String toString() {
        return "component '" + name + "' of gate '" + gate + "'";
    }
}
