// SPDX-License-Identifier: Apache-2.0

/**
 * Timers: callbacks at a moment, once or again and again, with a definite answer to every cancel and reset.
 *
 * <pre>
 *   user ── after / cancel / reset ──▶ ledger (heap of due times, one lock) ◀── awaits the head ── timing thread
 *                                        ▲                                                            │
 *                                        └── begin / end ── callback ◀── executor or own workers ◀────┘
 * </pre>
 *
 * <p>{@link io.github.esclusa.coordination.timer.Timers} is the component, {@link
 * io.github.esclusa.coordination.timer.Timer} the handle of one timer.
 */
@NullMarked
package io.github.esclusa.coordination.timer;

import org.jspecify.annotations.NullMarked;
