// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The bounds of our timers' buckets: decades and their thirds from 10 µs to 10 s, which a user's MeterFilter may change. */
final class Buckets {

    private static final Duration[] BOUNDS = {
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
        Duration.ofSeconds(10),
    };

    private Buckets() {}

    static Timer.Builder timer(String name) {
        return Timer.builder(name).serviceLevelObjectives(BOUNDS);
    }
}
