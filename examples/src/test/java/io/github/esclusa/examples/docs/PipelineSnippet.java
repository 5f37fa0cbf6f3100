// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The README's pipeline. */
final class PipelineSnippet {

    record Shown(Admission admission, DrainReport<String> report, long stored) {}

    private PipelineSnippet() {}

    static Shown run() throws InterruptedException {
        MeterRegistry registry = new SimpleMeterRegistry();
        AtomicLong stored = new AtomicLong();
        // snippet
        Pipeline<String> ingest = Pipeline.<String>builder("words")
                .capacity(10_000)
                .whenFull(Overflow.block(Duration.ofMillis(50)))
                .meterRegistry(registry)
                .map("parse", String::strip, stage -> stage.workers(2))
                .batch(500, Duration.ofMillis(20))
                .sink("store", batch -> stored.addAndGet(batch.size()))
                .start();
        Admission admission = ingest.submit(" hello "); // ACCEPTED, or why not; waits only as whenFull says
        DrainReport<String> report = ingest.shutdown(Duration.ofSeconds(10)); // complete()? else returned(), unknown()
        // end
        return new Shown(admission, report, stored.get());
    }
}
