// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a UDP listener counts. Every meter has the tag {@code name}. */
public final class UdpMetrics implements AutoCloseable {

    /** The prefix of all names. */
    public static final String PREFIX = "collector.udp";
    /** Counter: datagrams received. */
    public static final String DATAGRAMS = PREFIX + ".datagrams";
    /** Counter: bytes received. */
    public static final String RECEIVED = PREFIX + ".received";
    /** Counter: datagrams longer than the limit. */
    public static final String BAD_FRAMES = PREFIX + ".bad.frames";
    /** Counter: datagrams the intake has accepted; it may have dropped others for them. */
    public static final String FRAMES = PREFIX + ".frames";
    /** Counter: datagrams received and not taken by the intake. */
    public static final String REFUSED = PREFIX + ".refused";
    /** Counter: receives that failed. */
    public static final String FAILURES = PREFIX + ".failures";
    /** Gauge: datagrams the kernel dropped at this socket since it was bound; absent where the system does not tell. */
    public static final String KERNEL_DROPS = PREFIX + ".kernel.drops";
    /** Gauge: the size of the kernel's receive buffer, as the system has granted it. */
    public static final String BUFFER = PREFIX + ".buffer";

    private final MeterScope scope;

    private final LongAdder datagrams = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder badFrames = new LongAdder();
    private final LongAdder frames = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failures = new LongAdder();

    UdpMetrics(String name, KernelDrops drops, int bufferSize, @Nullable MeterRegistry registry) {
        this.scope = MeterScope.open(PREFIX, name, registry);
        counter(DATAGRAMS, datagrams, "messages", "Datagrams received");
        counter(RECEIVED, received, "bytes", "Bytes received");
        counter(BAD_FRAMES, badFrames, "messages", "Datagrams longer than the limit");
        counter(FRAMES, frames, "messages", "Datagrams the intake has accepted");
        counter(REFUSED, refused, "messages", "Datagrams received and not taken");
        counter(FAILURES, failures, "failures", "Receives that failed");
        scope.register((meters, tags) -> Gauge.builder(BUFFER, () -> bufferSize)
                .description("The kernel's receive buffer")
                .baseUnit("bytes")
                .tags(tags)
                .register(meters));
        if (registry != null && drops.available()) {
            scope.register((meters, tags) -> Gauge.builder(KERNEL_DROPS, drops, KernelDrops::count)
                    .description("Datagrams the kernel dropped because its buffer was full")
                    .baseUnit("messages")
                    .tags(tags)
                    .strongReference(true)
                    .register(meters));
        }
    }

    private void counter(String meter, LongAdder count, String unit, String description) {
        scope.register((meters, tags) -> FunctionCounter.builder(meter, count, LongAdder::sum)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(meters));
    }

    void received(int bytes) {
        datagrams.increment();
        received.add(bytes);
    }

    void frameBad() {
        badFrames.increment();
    }

    void frameAccepted() {
        frames.increment();
    }

    void frameRefused() {
        refused.increment();
    }

    void failed() {
        failures.increment();
    }

    @Override
    public void close() {
        scope.close();
    }
}
