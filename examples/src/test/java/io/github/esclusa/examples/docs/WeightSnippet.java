// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The guide's bound on weight. */
final class WeightSnippet {

    record Shown(Admission admission, Queue<byte[]> stored) {}

    private WeightSnippet() {}

    static Shown run() throws InterruptedException {
        Queue<byte[]> stored = new ConcurrentLinkedQueue<>();
        // snippet
        Pipeline<byte[]> ingest = Pipeline.<byte[]>builder("frames")
                .capacity(10_000)
                .maxWeight(1_000_000, frame -> 500 + frame.length) // 500: an estimate of what it costs beside its bytes
                .sink("store", stored::add)
                .start();
        Admission admission = ingest.submit(new byte[1_000_000]); // TOO_HEAVY
        // end
        ingest.close();
        return new Shown(admission, stored);
    }
}
