// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.core.lock.Held;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.pipeline.Inlet;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Overflow;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * A real pipeline, pool and lock under the names the collector gives its own, in front of a store that a test can hold
 * still. What is in the registry is what the library put there.
 */
final class SmallCollector implements AutoCloseable {

    static final int CAPACITY = 100;
    static final int MAX_WEIGHT = 1 << 20;
    static final int BATCH = 20;
    static final int WRITERS = 3;

    /** A line that holds the one parser up, and so the queues before it, until close. */
    static final String STUCK = "stuck";

    private final InstrumentedLock table;
    private final ResourcePool<Object> connections;
    private final Pipeline<String> pipeline;

    /** One permit for each batch that may be stored; a test that holds the store takes all. */
    private final Semaphore store = new Semaphore(WRITERS);

    /** Lets go of the parser, which is held by a line that says {@link #STUCK}. */
    private final CountDownLatch unstuck = new CountDownLatch(1);

    SmallCollector(MeterRegistry registry) {
        this.table = InstrumentedLock.builder("table").meterRegistry(registry).build();
        this.connections = ResourcePool.<Object>builder("connections")
                .create(Object::new)
                .max(4)
                .meterRegistry(registry)
                .open();
        this.pipeline = Pipeline.<String>builder("syslog")
                .capacity(CAPACITY)
                .maxWeight(MAX_WEIGHT, String::length)
                .inlet("tcp")
                .inlet("udp", inlet -> inlet.whenFull(Overflow.dropOldest()))
                .meterRegistry(registry)
                .map("parse", this::parse, stage -> stage.onError(e -> e.deadLetter(failure -> {})))
                .batch(BATCH, Duration.ofMillis(5))
                .sink("store", batch -> store(), stage -> stage.workers(WRITERS))
                .start();
    }

    Inlet<String> tcp() {
        return pipeline.inlet("tcp");
    }

    Inlet<String> udp() {
        return pipeline.inlet("udp");
    }

    Pipeline<String> pipeline() {
        return pipeline;
    }

    ResourcePool<Object> connections() {
        return connections;
    }

    InstrumentedLock table() {
        return table;
    }

    void holdStore() {
        store.acquireUninterruptibly(WRITERS);
    }

    void releaseStore() {
        store.release(WRITERS);
    }

    @Override
    public void close() {
        unstuck.countDown();
        releaseStore();
        pipeline.close();
        connections.close();
        table.close();
    }

    private String parse(String line) throws InterruptedException {
        if (line.equals(STUCK)) {
            unstuck.await();
        }
        if (line.startsWith("bad")) {
            throw new IllegalArgumentException("no priority: " + line);
        }
        return line;
    }

    private void store() throws InterruptedException {
        try (Lease<Object> connection = connections.acquire()) {
            store.acquire();
            try (Held held = table.hold()) {
                Thread.onSpinWait();
            } finally {
                store.release();
            }
        }
    }
}
