// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

import java.util.Locale;

/** How an accepted message was settled. Each accepted message has exactly one outcome. */
public enum Outcome {
    /** The sink took it. */
    DELIVERED,
    /** A filter turned it away. */
    FILTERED,
    /** User code failed on it, and the stage's error policy gave it up. */
    FAILED,
    /** User code failed on it, and the dead-letter handler has taken it. */
    DEAD_LETTERED,
    /** Evicted from a full inlet to make room for a newer one. */
    DROPPED,
    /** Handed back at shutdown; no user code was working on it, nor in doubt whether it had been applied. */
    RETURNED,
    /**
     * In the hands of user code that did not come back in time, or handed back after a failure that left it in doubt: it may
     * have been delivered, or not.
     */
    UNKNOWN;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * The outcome as the value of a metric's tag.
     *
     * @return lower case, words joined by underscores
     */
    public String tag() {
        return tag;
    }
}
