// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What an operator sees: the meters, and nothing of the program. */
final class Dashboard {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    MeterRegistry registry() {
        return registry;
    }

    /** A gauge's value, a counter's count, a timer's number of recordings. */
    long reads(String meter, String... tags) {
        return (long) registry.get(meter)
                .tags(tags)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    /** Looks again and again, as dashboards do, until a meter shows a value. */
    void awaitReads(String meter, long value) throws InterruptedException {
        until(() -> reads(meter) == value);
    }

    /** Looks again and again at something that no meter shows. */
    static void until(BooleanSupplier seen) throws InterruptedException {
        long start = System.nanoTime();
        while (!seen.getAsBoolean()) {
            if (System.nanoTime() - start > Duration.ofMinutes(1).toNanos()) {
                throw new IllegalStateException("it has not come to that within a minute");
            }
            Thread.sleep(1);
        }
    }
}
