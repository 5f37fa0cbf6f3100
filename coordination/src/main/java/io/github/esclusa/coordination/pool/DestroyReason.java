// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.Locale;

/** Why a resource was destroyed: the {@code reason} tag of {@link PoolMetrics#DESTROYED}. */
enum DestroyReason {
    /** Its holder called it broken. */
    INVALIDATED,
    /** It failed its validation. */
    INVALID,
    /** The pool was closed. */
    CLOSED;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
