// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.CountDownLatch;

/** How a pipeline is watched, on the README. */
final class WatchSnippet {

    record Shown(Admission admission, String scrape, int inFlight, long delivered) {}

    private WatchSnippet() {}

    static Shown run() {
        CountDownLatch hold = new CountDownLatch(1);
        // snippet
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Pipeline<String> ingest = Pipeline.<String>builder("words")
                .meterRegistry(registry)
                .sink("store", message -> hold.await())
                .start();
        Admission admission = ingest.trySubmit("hello");
        String scrape = registry.scrape(); // what your /metrics answers
        int inFlight = ingest.inlet("main").inFlight(); // without a registry; also queued() and waiting()
        long delivered = ingest.settled(Outcome.DELIVERED); // after the end too, when the meters are gone
        // end
        hold.countDown();
        ingest.close();
        return new Shown(admission, scrape, inFlight, delivered);
    }
}
