// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.signal;

import static io.github.esclusa.core.waiting.Given.given;

import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A callback that a {@link Signal} has been given, and the handle to take it back.
 *
 * <pre>
 *    PENDING -- run() --> TAKEN        one of the two transitions wins, whoever races:
 *       |                              a callback runs at most once, and never after
 *       +---- cancel() --> CANCELLED   a cancel() that answered true
 * </pre>
 */
public final class Registration implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Registration.class);

    private enum State {
        PENDING,
        TAKEN,
        CANCELLED
    }

    private final Signal signal;
    private final Runnable callback;
    private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);

    Registration(Signal signal, Runnable callback) {
        this.signal = signal;
        this.callback = given(callback, "signal", signal.name(), "callback given to onSet");
    }

    /**
     * Takes the callback back. Does not wait for a callback that runs.
     *
     * @return {@code true} if the callback has not run and never will; {@code false} if it has run, runs now on another
     *     thread, or had been cancelled before
     */
    public boolean cancel() {
        if (!state.compareAndSet(State.PENDING, State.CANCELLED)) {
            return false;
        }
        signal.forget(this);
        return true;
    }

    /** Cancels, as {@link #cancel}. */
    @Override
    public void close() {
        cancel();
    }

    void run() {
        if (!state.compareAndSet(State.PENDING, State.TAKEN)) {
            return;
        }
        try {
            callback.run();
        } catch (Throwable e) { // Errors too: the callbacks after this one must run
            warn(e);
        }
    }

    private void warn(Throwable thrown) {
        try {
            log.warn("a callback of signal '{}' threw; the others run all the same", signal.name(), thrown);
        } catch (Throwable e) {
            return; // The logger fails, or the exception cannot be printed: the other callbacks must run all the same.
        }
    }

    @Override
    public String toString() {
        return "Registration(" + signal.name() + ", " + state.get() + ")";
    }
}
