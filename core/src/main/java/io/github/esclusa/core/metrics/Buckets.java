// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * The histogram buckets of Esclusa's timers: decades and their thirds from 10 µs, where a lock wait begins to matter, to
 * 10 s. A user overrides them with a {@code MeterFilter}.
 */
public final class Buckets {

    private static final Duration[] LATENCY = {
        Duration.ofNanos(10_000),
        Duration.ofNanos(30_000),
        Duration.ofNanos(100_000),
        Duration.ofNanos(300_000),
        Duration.ofMillis(1),
        Duration.ofMillis(3),
        Duration.ofMillis(10),
        Duration.ofMillis(30),
        Duration.ofMillis(100),
        Duration.ofMillis(300),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10)
    };

    private Buckets() {}

    /**
     * Starts a timer that has these buckets.
     *
     * @param name the meter's name
     * @return a builder with them as its service level objectives: 10 µs, 30 µs, 100 µs and so on to 10 s
     */
    public static Timer.Builder timer(String name) {
        return Timer.builder(name).serviceLevelObjectives(LATENCY);
    }
}
