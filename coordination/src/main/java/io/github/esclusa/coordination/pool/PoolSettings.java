// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A pool's configuration, checked.
 *
 * @param name tags everything the pool shows
 * @param max most resources that exist or are being created
 * @param min resources kept in existence
 * @param creators most creations at a time
 * @param acquireTimeout what {@code acquire()} waits
 * @param closeTimeout how long {@code close()} waits at most
 * @param validation whether resources are validated at all
 * @param validateAfterIdle how long a resource lies idle before it is validated
 */
record PoolSettings(
        String name,
        int max,
        int min,
        int creators,
        Duration acquireTimeout,
        Duration closeTimeout,
        Validation validation,
        Duration validateAfterIdle) {

    enum Validation {
        NEVER,
        AFTER_IDLE
    }

    PoolSettings {
        require(max >= 1, "pool '" + name + "': max(" + max + ") must be at least 1");
        require(
                min >= 0 && min <= max,
                "pool '" + name + "': min(" + min + ") must lie between 0 and max(" + max + ")");
        require(creators >= 1, "pool '" + name + "': creators(" + creators + ") must be at least 1");
        require(
                !acquireTimeout.isNegative(),
                "pool '" + name + "': acquireTimeout(" + acquireTimeout
                        + ") must not be negative; not to wait, give zero, or call tryAcquire()");
        require(
                !closeTimeout.isNegative(),
                "pool '" + name + "': closeTimeout(" + closeTimeout + ") must not be negative; zero never waits");
        require(
                !validateAfterIdle.isNegative(),
                "pool '" + name + "': validateAfterIdle(" + validateAfterIdle
                        + ") must not be negative; zero validates whatever was idle");
    }

    boolean validates() {
        return validation == Validation.AFTER_IDLE;
    }

    long validateAfterNanos() {
        return Deadline.nanosOf(validateAfterIdle);
    }

    /**
     * How long a caller that does not wait may count on what was started for it, and on what came of that. It tries again
     * as often as it likes; together that is one wait, of the length other callers wait, but no shorter than a second.
     */
    long triesPatienceNanos() {
        return Math.max(Deadline.nanosOf(acquireTimeout), TimeUnit.SECONDS.toNanos(1));
    }

    private static void require(boolean kept, String message) {
        if (!kept) {
            throw new IllegalArgumentException(message);
        }
    }
}
