// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import java.time.Duration;

/**
 * The handle of one timer: to cancel it, to make it wait anew, to ask how it stands.
 *
 * <p>Each timer has a handle of its own, which is never used for another: a stale one can do no harm. All methods may be
 * called from any thread, from inside the timer's own callback too, and none of them waits.
 *
 * <pre>
 *               reset                reset, or (periodic) refused by the executor
 *             ┌───────┐        ┌──────────────────────────┐
 *             ▼       │        ▼                          │
 *  after ─▶ SCHEDULED ┴── its moment comes ───────────▶  DUE  ── begin ─▶ RUNNING ── end ─▶ FIRED
 *             ▲  │                                        │                │  │
 *             │  ├───── cancel ─▶ CANCELLED ◀── cancel ───┤                │  │
 *             │  │                    ▲                   │                │  │
 *             │  │                    └── end, cancelled ─│─── (periodic) ─┤  │
 *             │  └───── close ──▶ RETURNED ◀──── close ───┤                │  │
 *             │                       ▲                   │                │  │
 *             │                       └─ end, closed ─────│─── (periodic) ─┤  └─ deadline ─▶ UNKNOWN
 *             │            REJECTED ◀── executor refuses ─┘                │
 *             └───────────────────────── end ─────────────── (periodic) ───┘
 * </pre>
 *
 * <p>Each transition is one step under one lock: of a cancel and a beginning callback, or a reset and a cancel, exactly
 * one comes first, and the answers say which.
 *
 * <p><b>Memory effects.</b> Actions before a timer is scheduled, or reset with {@link ResetOutcome#RESET},
 * happen-before its callback begins. Actions in a run happen-before the next run of the same timer, and before any
 * return of {@link #cancel()} or {@link #state()} that tells of the run's end.
 */
public sealed interface Timer permits ScheduledTimer {

    /**
     * Sees to it that the callback does not begin any more. It is not interrupted if it has begun.
     *
     * @return what was found, and with it whether the callback ran, runs, or never will
     */
    CancelOutcome cancel();

    /**
     * Makes the timer wait anew, from now: a one-shot timer its whole delay, a periodic one a whole period, from which
     * on its rate counts. Possible until the callback begins; a run under way decides itself when the next one follows.
     *
     * @return whether the timer waits anew
     */
    ResetOutcome reset();

    /**
     * Makes the timer wait anew, from now, for a time of this call's own. What {@link #reset()} waits, and a periodic
     * timer's delay or period after the next run, stay as they were scheduled.
     *
     * @param delay how long to wait; zero or negative means due at once
     * @return whether the timer waits anew
     */
    ResetOutcome reset(Duration delay);

    /**
     * How the timer stands. Unless it is settled, the answer may be out of date when it arrives.
     *
     * @return the state
     */
    TimerState state();
}
