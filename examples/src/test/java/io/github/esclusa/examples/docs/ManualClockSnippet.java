// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The guide's test of what waits, without sleeping. */
final class ManualClockSnippet {

    private ManualClockSnippet() {}

    static Pipeline<String> run(MeterRegistry registry) throws InterruptedException {
        BlockingQueue<List<String>> stored = new LinkedBlockingQueue<>();
        // snippet
        ManualClock clock = new ManualClock();
        Pipeline<String> ingest = Pipeline.<String>builder("words")
                .clock(clock)
                .meterRegistry(registry)
                .batch(500, Duration.ofMillis(20))
                .sink("store", stored::add)
                .start();
        assertThat(ingest.submit("hello")).isEqualTo(Admission.ACCEPTED);
        clock.awaitWaiters(1, Duration.ofSeconds(10)); // real time, at most: until the sink's worker waits for more
        clock.advance(Duration.ofMillis(20));
        assertThat(stored.poll(10, TimeUnit.SECONDS)).containsExactly("hello");
        assertThat(ingest.shutdown(Duration.ofSeconds(10)).delivered()).isEqualTo(1);
        // end
        return ingest;
    }
}
