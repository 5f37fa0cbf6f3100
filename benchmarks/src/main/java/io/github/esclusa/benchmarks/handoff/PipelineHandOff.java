// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.handoff;

import io.github.esclusa.benchmarks.Countdown;
import io.github.esclusa.pipeline.Pipeline;
import java.time.Duration;

/** Esclusa's pipeline, with a sink and nothing before it. */
record PipelineHandOff(Pipeline<Long> pipeline) implements HandOff {

    static HandOff single(int capacity, Countdown countdown) {
        return new PipelineHandOff(Pipeline.<Long>builder("single")
                .capacity(capacity)
                .sink("count", message -> countdown.consume(1))
                .start());
    }

    static HandOff batch(int capacity, int batch, Countdown countdown) {
        return new PipelineHandOff(Pipeline.<Long>builder("batch")
                .capacity(capacity)
                .batch(batch, Duration.ZERO)
                .sink("count", messages -> countdown.consume(messages.size()))
                .start());
    }

    @Override
    public void send(Long message) throws InterruptedException {
        if (!pipeline.submit(message).accepted()) {
            throw new IllegalStateException("refused");
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (!pipeline.shutdown(Duration.ofSeconds(10)).balanced()) {
            throw new IllegalStateException("not balanced");
        }
    }
}
