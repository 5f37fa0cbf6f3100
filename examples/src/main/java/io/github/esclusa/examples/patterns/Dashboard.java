// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;

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
        long start = System.nanoTime();
        while (reads(meter) != value) {
            if (System.nanoTime() - start > Duration.ofMinutes(1).toNanos()) {
                throw new IllegalStateException(meter + " has not come to " + value);
            }
            Thread.sleep(1);
        }
    }
}
