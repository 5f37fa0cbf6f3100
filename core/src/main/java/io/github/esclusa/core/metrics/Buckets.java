// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import java.time.Duration;

/**
 * The histogram buckets of Esclusa's timers: from 10 µs, where a lock wait begins to matter, to 10 s. A user overrides
 * them with a {@code MeterFilter}.
 */
public final class Buckets {

    private Buckets() {}

    /**
     * Bucket bounds for a timer, to be handed to {@code Timer.Builder.serviceLevelObjectives}.
     *
     * @return 10 µs, 100 µs, 1 ms, 10 ms, 100 ms, 1 s and 10 s; a new array at each call
     */
    public static Duration[] latency() {
        return new Duration[] {
            Duration.ofNanos(10_000),
            Duration.ofNanos(100_000),
            Duration.ofMillis(1),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10)
        };
    }
}
