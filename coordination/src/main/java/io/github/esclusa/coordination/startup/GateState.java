// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

/**
 * Where a {@link StartupGate} is in its life, which goes one way only.
 *
 * <pre>
 *   NEW --&gt; STARTING --&gt; READY --&gt; STOPPING --&gt; STOPPED
 *    |        |   |                  ^  ^
 *    |        |   +------ stop ------+  |
 *    |        +---------&gt; FAILED        |
 *    +-------------- stop --------------+
 * </pre>
 */
public enum GateState {
    /** Built; nothing has been started. */
    NEW,
    /** Components are starting. */
    STARTING,
    /** Every component is ready. */
    READY,
    /** Asked to stop; components are being closed. Never ready again. */
    STOPPING,
    /** Stopped: the report is there. */
    STOPPED,
    /** A component failed, or a deadline passed, or the start was interrupted: what was ready is being closed, or has been. */
    FAILED
}
