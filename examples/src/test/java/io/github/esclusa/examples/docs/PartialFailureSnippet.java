// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.function.BatchSink;
import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.report.DrainReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The guide's sink that delivers a part of its batch. */
final class PartialFailureSnippet {

    record Shown(DrainReport<String> report, Queue<String> inserted, Queue<String> failed) {}

    private PartialFailureSnippet() {}

    /** The target refuses an empty row. */
    static Shown run(String... rows) throws InterruptedException {
        Queue<String> inserted = new ConcurrentLinkedQueue<>();
        Queue<String> failed = new ConcurrentLinkedQueue<>();
        Bulk target = batch -> {
            Map<Integer, Exception> refused = new HashMap<>();
            for (int i = 0; i < batch.size(); i++) {
                if (batch.get(i).isEmpty()) {
                    refused.put(i, new IllegalArgumentException("an empty row"));
                } else {
                    inserted.add(batch.get(i));
                }
            }
            return refused;
        };
        // snippet
        BatchSink<String> bulk = batch -> {
            Map<Integer, Exception> refused = target.insert(batch); // why, by the index in the batch, from 0
            if (!refused.isEmpty()) {
                throw new BatchFailure(refused); // these failed, and all others were delivered
            }
        };
        // end
        Pipeline<String> ingest = Pipeline.<String>builder("partly")
                .batch(rows.length, Duration.ofSeconds(30))
                .sink(
                        "bulk",
                        bulk,
                        stage -> stage.onError(e -> e.deadLetter(
                                failure -> failed.add(failure.cause().getMessage()))))
                .start();
        for (String row : rows) {
            if (!ingest.submit(row).accepted()) {
                throw new IllegalStateException("not accepted: " + row);
            }
        }
        return new Shown(ingest.shutdown(Duration.ofSeconds(30)), inserted, failed);
    }

    private interface Bulk {
        Map<Integer, Exception> insert(List<String> batch);
    }
}
