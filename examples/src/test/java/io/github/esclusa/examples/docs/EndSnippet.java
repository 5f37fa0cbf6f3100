// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The guide's reading of a report. */
final class EndSnippet {

    record Shown(
            DrainReport<String> report, List<String> again, List<String> toLookUp, List<String> stuck, long lost) {}

    private EndSnippet() {}

    /** The sink never comes back from its first message; a second one is queued behind it. */
    static Shown run() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Pipeline<String> ingest = Pipeline.<String>builder("end")
                .sink("store", message -> {
                    begun.countDown();
                    never.await();
                })
                .start();
        for (String message : List.of("first", "second")) {
            if (!ingest.submit(message).accepted()) {
                throw new IllegalStateException("not accepted: " + message);
            }
        }
        begun.await();
        List<String> again = new ArrayList<>();
        List<String> toLookUp = new ArrayList<>();
        List<String> stuck = new ArrayList<>();
        Duration timeout = Duration.ofMillis(10);
        // snippet
        DrainReport<String> report = ingest.shutdown(timeout);
        if (!report.complete()) {
            again.addAll(report.returned()); // not delivered, and yours again
            toLookUp.addAll(report.unknown()); // delivered or not: only the target can tell
            report.stuckThreads().forEach(thread -> stuck.add(thread.toString())); // its name, and where it was
        }
        long lost = report.count(Outcome.FAILED) + report.count(Outcome.DROPPED); // done with, and lost
        // end
        return new Shown(report, again, toLookUp, stuck, lost);
    }
}
