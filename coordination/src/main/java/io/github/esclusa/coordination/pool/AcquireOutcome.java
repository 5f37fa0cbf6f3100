// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.Locale;

/** How an acquire ended: the {@code outcome} tag of {@link PoolMetrics#ACQUIRE}. */
enum AcquireOutcome {
    SUCCESS,
    TIMEOUT,
    INTERRUPTED,
    CLOSED,
    REJECTED,
    FACTORY_FAILED;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
