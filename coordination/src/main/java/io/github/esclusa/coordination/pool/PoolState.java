// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/**
 * What a pool looked like at one moment.
 *
 * @param active resources on lease
 * @param idle resources in the pool, ready or waiting for their validation
 * @param resources resources that exist, in whatever state
 * @param creating creations that run
 * @param waiting threads that wait for a lease
 * @param lastFailure the last failed creation since one succeeded
 */
record PoolState(
        int active,
        int idle,
        int resources,
        int creating,
        int waiting,
        @Nullable Throwable lastFailure) {}
