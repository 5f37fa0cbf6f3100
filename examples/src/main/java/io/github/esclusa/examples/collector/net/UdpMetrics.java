// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a UDP listener counts. Every meter has the tag {@code name}. */
public final class UdpMetrics extends ListenerMetrics {

    /** The prefix of all names. */
    public static final String PREFIX = "collector.udp";
    /** Counter: datagrams received. */
    public static final String DATAGRAMS = PREFIX + ".datagrams";
    /** Counter: bytes received. */
    public static final String RECEIVED = PREFIX + RECEIVED_SUFFIX;
    /** Counter: datagrams longer than the limit. */
    public static final String BAD_FRAMES = PREFIX + BAD_FRAMES_SUFFIX;
    /** Counter: datagrams the intake has accepted; it may have dropped others for them. */
    public static final String FRAMES = PREFIX + FRAMES_SUFFIX;
    /** Counter: datagrams received and not taken by the intake. */
    public static final String REFUSED = PREFIX + REFUSED_SUFFIX;
    /** Counter: receives that failed. */
    public static final String FAILURES = PREFIX + ".failures";
    /** Counter: datagrams the kernel dropped at this socket since it was bound; absent where the system does not tell. */
    public static final String KERNEL_DROPS = PREFIX + ".kernel.drops";
    /** Gauge: the size of the kernel's receive buffer, as the system has granted it. */
    public static final String BUFFER = PREFIX + ".buffer";

    private final LongAdder datagrams;
    private final LongAdder failures;

    UdpMetrics(String name, KernelDrops drops, int bufferSize, @Nullable MeterRegistry registry) {
        super(PREFIX, "UDP listener", name, registry);
        datagrams = counter(DATAGRAMS, "messages", "Datagrams received");
        failures = counter(FAILURES, "failures", "Receives that failed");
        gauge(BUFFER, "bytes", "The kernel's receive buffer", bufferSize, Integer::doubleValue);
        if (registry != null && drops.available()) {
            counter(
                    KERNEL_DROPS,
                    "drops",
                    "Datagrams the kernel dropped because its buffer was full",
                    Tags.empty(),
                    drops::count);
        }
    }

    @Override
    void received(int bytes) {
        datagrams.increment();
        super.received(bytes);
    }

    void failed() {
        failures.increment();
    }
}
