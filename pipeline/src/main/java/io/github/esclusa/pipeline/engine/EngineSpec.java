// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.report.SettlementListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline was configured, checked.
 *
 * @param name its name
 * @param inlets its inlets, at least one
 * @param segments its segments, in order, at least one
 * @param threads makes the threads of workers, given what their names begin with
 * @param clock measures its time
 * @param listener hears of settlements; {@code null} for nobody
 * @param registry where its meters go; {@code null} for nowhere
 */
public record EngineSpec(
        String name,
        List<InletSpec> inlets,
        List<SegmentSpec> segments,
        Function<String, ThreadFactory> threads,
        Clock clock,
        @Nullable SettlementListener<Object> listener,
        @Nullable MeterRegistry registry) {

    /**
     * Copies the lists.
     *
     * @param name its name
     * @param inlets its inlets
     * @param segments its segments
     * @param threads makes the threads of workers
     * @param clock measures its time
     * @param listener hears of settlements
     * @param registry where its meters go
     */
    public EngineSpec {
        inlets = List.copyOf(inlets);
        segments = List.copyOf(segments);
    }

    /**
     * How many threads drive its segments together.
     *
     * @return the number of threads
     */
    public int workers() {
        return segments.stream().mapToInt(SegmentSpec::workers).sum();
    }
}
