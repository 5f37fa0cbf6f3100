// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a TCP listener counts. Every meter has the tag {@code name}. */
public final class TcpMetrics implements AutoCloseable {

    /** The prefix of all names. */
    public static final String PREFIX = "collector.tcp";
    /** Gauge: connections that are open. */
    public static final String CONNECTIONS = PREFIX + ".connections";
    /** Gauge: connections that are open and not read, because the intake has no room for a frame of theirs. */
    public static final String HELD = PREFIX + ".held";
    /** Counter: connections accepted. */
    public static final String ACCEPTED = PREFIX + ".accepted";
    /** Counter (tag {@code reason}): connections closed, as peer, idle, slow, failed, intake_closed or stopped. */
    public static final String CLOSED = PREFIX + ".closed";
    /** Counter: attempts to accept a connection that failed, for want of file descriptors for example. */
    public static final String ACCEPT_FAILURES = PREFIX + ".accept.failures";
    /** Counter: bytes read. */
    public static final String RECEIVED = PREFIX + ".received";
    /** Counter: frames the intake has accepted. */
    public static final String FRAMES = PREFIX + ".frames";
    /** Counter: frames that were bad by their framing alone, whatever became of them. */
    public static final String BAD_FRAMES = PREFIX + ".bad.frames";
    /** Counter: frames received and not taken: refused by the intake, or still unoffered when the listener stopped. */
    public static final String REFUSED = PREFIX + ".refused";

    private final MeterScope scope;

    private final LongAdder accepted = new LongAdder();
    private final LongAdder acceptFailures = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder frames = new LongAdder();
    private final LongAdder badFrames = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder open = new LongAdder();
    private final LongAdder held = new LongAdder();
    private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

    TcpMetrics(String name, @Nullable MeterRegistry registry) {
        this.scope = MeterScope.open(PREFIX, name, registry);
        gauge(CONNECTIONS, open, "connections", "Connections that are open");
        gauge(HELD, held, "connections", "Connections not read because the intake is full");
        counter(ACCEPTED, accepted, "connections", "Connections accepted");
        counter(ACCEPT_FAILURES, acceptFailures, "failures", "Attempts to accept that failed");
        counter(RECEIVED, received, "bytes", "Bytes read");
        counter(FRAMES, frames, "messages", "Frames the intake has accepted");
        counter(BAD_FRAMES, badFrames, "messages", "Frames that were bad by their framing");
        counter(REFUSED, refused, "messages", "Frames received and not taken");
        for (CloseReason reason : CloseReason.values()) {
            LongAdder count = new LongAdder();
            closed.put(reason, count);
            scope.register((meters, tags) -> FunctionCounter.builder(CLOSED, count, LongAdder::sum)
                    .description("Connections closed")
                    .baseUnit("connections")
                    .tags(tags.and("reason", reason.tag()))
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

    private void gauge(String meter, LongAdder value, String unit, String description) {
        scope.register((meters, tags) -> Gauge.builder(meter, value, LongAdder::sum)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .strongReference(true)
                .register(meters));
    }

    void opened() {
        accepted.increment();
        open.increment();
    }

    void closed(CloseReason reason) {
        open.decrement();
        LongAdder count = closed.get(reason);
        if (count != null) {
            count.increment();
        }
    }

    void acceptFailed() {
        acceptFailures.increment();
    }

    void received(int bytes) {
        received.add(bytes);
    }

    void held() {
        held.increment();
    }

    void released() {
        held.decrement();
    }

    void frameAccepted() {
        frames.increment();
    }

    void frameBad() {
        badFrames.increment();
    }

    void frameRefused() {
        refused.increment();
    }

    @Override
    public void close() {
        scope.close();
    }
}
