// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

/**
 * Where a component of a {@link StartupGate} is in its life.
 *
 * <pre>
 *   PENDING --&gt; STARTING --&gt; READY --&gt; CLOSING --&gt; CLOSED
 *      |          |   |
 *      |          |   +--&gt; FAILED
 *      +----------+------&gt; NOT_STARTED
 * </pre>
 */
public enum ComponentState {
    /** Waits for the components it starts after. */
    PENDING,
    /** Its factory runs. While the gate stops or fails it has been interrupted, and is closed should it still arrive. */
    STARTING,
    /** Its factory has returned it, and it has not begun to close. */
    READY,
    /** Its {@code close()} runs. */
    CLOSING,
    /** Its {@code close()} has come back, whether or not it threw. */
    CLOSED,
    /** Its factory threw, or returned {@code null}: there is nothing to close. */
    FAILED,
    /** Its factory was never called, and will not be. */
    NOT_STARTED
}
