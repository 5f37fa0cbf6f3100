// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static io.github.esclusa.core.waiting.Given.given;

import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One timer: what the user holds, what the heap orders, and what the executor is given to run. The mutable fields, its
 * place in the heap included, are guarded by the lock of the {@link TimerLedger}, which alone writes them.
 */
final class ScheduledTimer extends DueEntry implements Timer, Runnable {

    final Cadence cadence;

    private final TimerEngine engine;

    /** Dropped when the timer is settled, so that a handle kept for long keeps nothing else. */
    @Nullable
    Runnable callback;

    TimerState state = TimerState.SCHEDULED;

    /** A periodic timer was cancelled while its callback ran: it must not re-arm. */
    boolean cancelRequested;

    /** The thread its callback runs on. */
    @Nullable
    Thread runner;

    /** The one handed back after it. */
    @Nullable
    ScheduledTimer nextReturned;

    ScheduledTimer(TimerEngine engine, Cadence cadence, Runnable callback) {
        this.engine = engine;
        this.cadence = cadence;
        this.callback = callback;
    }

    @Override
    public CancelOutcome cancel() {
        return engine.cancel(this);
    }

    @Override
    public ResetOutcome reset() {
        return engine.reset(this, cadence.resetNanos());
    }

    @Override
    public ResetOutcome reset(Duration delay) {
        return engine.reset(this, Deadline.nanosOf(given(delay, "timers", engine.name(), "delay given to reset")));
    }

    @Override
    public TimerState state() {
        return engine.state(this);
    }

    /** For the executor. Does nothing unless the timer is due: a stale hand-over is harmless. */
    @Override
    public void run() {
        engine.run(this);
    }

    @Override
    public String toString() {
        return "Timer(" + engine.name() + ", " + cadence.kind() + ", " + state() + ")";
    }
}
