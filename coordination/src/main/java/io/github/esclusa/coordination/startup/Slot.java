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
 * here, {@link #ready2Closing} puts it aside, and {@link #takeToClose} takes it away.
 */
final class Slot<T extends AutoCloseable> {

    final String gate;
    final String name;
    final Callable<? extends T> factory;

    /** The failure of its factory: made beforehand, for there may be no memory when it fails. */
    final Failure factoryFailed;

    /** Single writer: the builder's thread, before the gate is built. */
    long timeoutNanos = Long.MAX_VALUE / 2;

    private volatile ComponentState state = ComponentState.PENDING;
    private volatile @Nullable T value;

    // Guarded by the board's lock:

    /** From {@link #ready2Closing} on, until its close begins. */
    private @Nullable T toClose;

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

    /** What had become of it when its gate was at its end: so the report can be made later, by whoever wants it. */
    private StopReport.Outcome outcome = StopReport.Outcome.NOT_STARTED;

    private @Nullable Throwable outcomeFailure;

    Slot(String gate, String name, Callable<? extends T> factory) {
        this.gate = gate;
        this.name = name;
        this.factory =
                requireNonNull(factory, () -> "component '" + name + "' of gate '" + gate + "': the factory is null");
        this.factoryFailed = Failure.component(name);
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

    /** The object is to be {@linkplain #takeToClose taken}. */
    void ready2Closing(long untilNanos, boolean hasTime) {
        toClose = requireNonNull(value, name);
        value = null;
        giveUpNanos = untilNanos;
        closeHasTime = hasTime;
        givenUp = null;
        state = ComponentState.CLOSING;
    }

    /** Takes the object away, to be closed by the caller and nobody else. */
    T takeToClose() {
        T taken = requireNonNull(toClose, name);
        toClose = null;
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

    /** The gate is at its end: what has become of this by now is in its report, whatever comes. Needs no memory. */
    void settle() {
        outcome = switch (state) {
            case CLOSED -> failure == null ? StopReport.Outcome.CLOSED : StopReport.Outcome.CLOSE_FAILED;
            case FAILED -> StopReport.Outcome.START_FAILED;
            case NOT_STARTED, PENDING -> StopReport.Outcome.NOT_STARTED;
            case STARTING, READY, CLOSING -> StopReport.Outcome.UNFINISHED;
        };
        outcomeFailure = outcome == StopReport.Outcome.UNFINISHED ? givenUp : failure;
    }

    /** How it stands in the report, once it has been {@linkplain #settle settled}. */
    StopReport.Entry stopEntry() {
        return new StopReport.Entry(name, outcome, outcomeFailure);
    }

    /** Where a thread of it is, which has been in user code for too long: an exception with its stack. Calls foreign code. */
    TimeoutException stack(String doing, @Nullable Thread in) {
        String where = in == null
                ? "its thread has not begun to run"
                : "thread '" + in.getName() + "' was as this exception's stack says";
        TimeoutException stack =
                new TimeoutException(this + " had not finished " + doing + " when its time was up: " + where);
        stack.setStackTrace(in == null ? new StackTraceElement[0] : in.getStackTrace());
        return stack;
    }

    @Override
    public String toString() {
        return "component '" + name + "' of gate '" + gate + "'";
    }
}
