// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

/**
 * Where a {@link Barrier} is.
 *
 * <pre>
 *   GATHERING &lt;--&gt; ACTING
 *       |            |
 *       +-----+------+
 *             v
 *          BROKEN
 * </pre>
 */
public enum BarrierState {
    /** Not all parties are here yet. */
    GATHERING,
    /** All are here, and the last of them runs the action. */
    ACTING,
    /** Broken or closed, for good. */
    BROKEN
}
