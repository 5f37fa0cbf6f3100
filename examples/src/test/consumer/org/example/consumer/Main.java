// SPDX-License-Identifier: Apache-2.0
package org.example.consumer;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.startup.Component;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.pipeline.Pipeline;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Starts a pool behind a gate, runs a pipeline that writes through it, and says what came of it. */
final class Main {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Main() {}

    public static void main(String[] args) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        StartupGate.Builder parts = StartupGate.builder("parts").meterRegistry(registry);
        Component<ResourcePool<AtomicInteger>> pool = parts.component("counters", () -> pool(registry));
        try (StartupGate gate = parts.start(LIMIT)) {
            Pipeline<String> words = Pipeline.<String>builder("words")
                    .capacity(10)
                    .meterRegistry(registry)
                    .map("strip", String::strip, stage -> stage.onError(e -> e.retry(RetryConfig.ofDefaults())))
                    .sink("store", word -> count(pool.get()))
                    .start();
            boolean accepted = words.submit(" hello ").accepted();
            boolean balanced = accepted && words.shutdown(LIMIT).balanced();
            System.out.println("ready " + gate.isReady() + ", stored " + count(pool.get()) + ", balanced " + balanced);
        }
        System.out.println(Pipeline.class.getModule() + ", " + ResourcePool.class.getModule());
    }

    private static ResourcePool<AtomicInteger> pool(SimpleMeterRegistry registry) {
        return ResourcePool.<AtomicInteger>builder("counters")
                .create(AtomicInteger::new)
                .max(1)
                .meterRegistry(registry)
                .open();
    }

    /** How often it was called before. */
    private static int count(ResourcePool<AtomicInteger> pool) throws InterruptedException {
        try (Lease<AtomicInteger> lease = pool.acquire(LIMIT)) {
            return lease.get().getAndIncrement();
        }
    }
}
