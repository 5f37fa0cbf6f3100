// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What both listeners count, and how they register what they count. */
abstract sealed class ListenerMetrics implements AutoCloseable permits TcpMetrics, UdpMetrics {

    static final String RECEIVED_SUFFIX = ".received";
    static final String FRAMES_SUFFIX = ".frames";
    static final String BAD_FRAMES_SUFFIX = ".bad.frames";
    static final String REFUSED_SUFFIX = ".refused";

    private final MeterScope scope;

    private final LongAdder received;
    private final LongAdder frames;
    private final LongAdder badFrames;
    private final LongAdder refused;

    ListenerMetrics(String prefix, String kind, String name, @Nullable MeterRegistry registry) {
        this.scope = MeterScope.open(prefix, kind, name, registry);
        this.received = counter(prefix + RECEIVED_SUFFIX, "bytes", "Bytes received");
        this.frames = counter(prefix + FRAMES_SUFFIX, "messages", "Frames the intake has accepted");
        this.badFrames = counter(prefix + BAD_FRAMES_SUFFIX, "messages", "Frames that were bad by their framing");
        this.refused = counter(prefix + REFUSED_SUFFIX, "messages", "Frames received and not taken");
    }

    final LongAdder counter(String meter, String unit, String description) {
        return counter(meter, unit, description, Tags.empty());
    }

    final LongAdder counter(String meter, String unit, String description, Tags more) {
        LongAdder count = new LongAdder();
        counter(meter, unit, description, more, count::sum);
        return count;
    }

    /** The registry holds a counter's state weakly: the scope lives as long as the listener does, and the rest with it. */
    final void counter(String meter, String unit, String description, Tags more, LongSupplier count) {
        scope.register((meters, tags) -> FunctionCounter.builder(meter, scope, open -> count.getAsLong())
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(meters));
    }

    final LongAdder gauge(String meter, String unit, String description) {
        LongAdder value = new LongAdder();
        gauge(meter, unit, description, value, LongAdder::sum);
        return value;
    }

    final <T> void gauge(String meter, String unit, String description, T state, ToDoubleFunction<T> value) {
        scope.register((meters, tags) -> Gauge.builder(meter, state, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .strongReference(true)
                .register(meters));
    }

    void received(int bytes) {
        received.add(bytes);
    }

    final void frameBad() {
        badFrames.increment();
    }

    /** What became of a frame that was offered. */
    final void frame(Verdict verdict) {
        if (verdict == Verdict.ACCEPTED) {
            frames.increment();
        } else {
            frameRefused();
        }
    }

    final long accepted() {
        return frames.sum();
    }

    final void frameRefused() {
        refused.increment();
    }

    @Override
    public void close() {
        scope.close();
    }
}
