// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a TCP listener counts. Every meter has the tag {@code name}. */
public final class TcpMetrics extends ListenerMetrics {

    /** The prefix of all names. */
    public static final String PREFIX = "collector.tcp";
    /** Gauge: connections that are open. */
    public static final String CONNECTIONS = PREFIX + ".connections";
    /** Gauge: connections that are open and not read, because the intake has no room for a frame of theirs. */
    public static final String HELD = PREFIX + ".held";
    /** Gauge: connections that are open and not read, because frames on their way take all the memory they may. */
    public static final String STALLED = PREFIX + ".stalled";
    /** Gauge: what frames take that have not come whole, or are not taken yet by the intake. */
    public static final String FRAME_MEMORY = PREFIX + ".frame.memory";
    /** Counter: connections accepted. */
    public static final String ACCEPTED = PREFIX + ".accepted";
    /** Counter (tag {@code reason}): connections closed, as peer, idle, slow, out_of_sync, failed, intake_closed or stopped. */
    public static final String CLOSED = PREFIX + ".closed";
    /** Counter: attempts to accept a connection that failed, for want of file descriptors for example. */
    public static final String ACCEPT_FAILURES = PREFIX + ".accept.failures";
    /** Counter: bytes read. */
    public static final String RECEIVED = PREFIX + RECEIVED_SUFFIX;
    /** Counter: bytes read and thrown away: what frames had beyond the limit. */
    public static final String SKIPPED = PREFIX + ".skipped";
    /** Counter: frames the intake has accepted. */
    public static final String FRAMES = PREFIX + FRAMES_SUFFIX;
    /** Counter: frames that were bad by their framing alone, whatever became of them. */
    public static final String BAD_FRAMES = PREFIX + BAD_FRAMES_SUFFIX;
    /** Counter: frames received and not taken: refused by the intake, or still unoffered when the listener stopped. */
    public static final String REFUSED = PREFIX + REFUSED_SUFFIX;

    private final LongAdder open;
    private final LongAdder held;
    private final LongAdder stalled;
    private final LongAdder frameMemory;
    private final LongAdder accepted;
    private final LongAdder acceptFailures;
    private final LongAdder skipped;
    private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

    TcpMetrics(String name, @Nullable MeterRegistry registry) {
        super(PREFIX, "TCP listener", name, registry);
        open = gauge(CONNECTIONS, "connections", "Connections that are open");
        held = gauge(HELD, "connections", "Connections not read because the intake is full");
        stalled = gauge(STALLED, "connections", "Connections not read because frames on their way take all memory");
        frameMemory = gauge(FRAME_MEMORY, "bytes", "What frames take that are not the intake's yet");
        accepted = counter(ACCEPTED, "connections", "Connections accepted");
        acceptFailures = counter(ACCEPT_FAILURES, "failures", "Attempts to accept that failed");
        skipped = counter(SKIPPED, "bytes", "Bytes thrown away: what frames had beyond the limit");
        for (CloseReason reason : CloseReason.values()) {
            closed.put(reason, counter(CLOSED, "connections", "Connections closed", Tags.of("reason", reason.tag())));
        }
    }

    void opened() {
        accepted.increment();
        open.increment();
    }

    void closed(CloseReason reason) {
        open.decrement();
        requireNonNull(closed.get(reason)).increment();
    }

    void acceptFailed() {
        acceptFailures.increment();
    }

    void skipped(long bytes) {
        skipped.add(bytes);
    }

    void held() {
        held.increment();
    }

    void released() {
        held.decrement();
    }

    void stalled() {
        stalled.increment();
    }

    void unstalled() {
        stalled.decrement();
    }

    void frameMemory(long grown) {
        frameMemory.add(grown);
    }
}
