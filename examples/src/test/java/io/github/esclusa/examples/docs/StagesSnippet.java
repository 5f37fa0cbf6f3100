// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.function.StagePredicate;
import io.github.esclusa.pipeline.report.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The guide's stages. */
final class StagesSnippet {

    /** The threads' names are without their numbers. */
    record Shown(DrainReport<String> report, List<Integer> stored, Set<String> filtering, Set<String> storing) {}

    private StagesSnippet() {}

    static Shown run(List<String> lines) throws InterruptedException {
        Set<String> filtering = ConcurrentHashMap.newKeySet();
        Set<String> storing = ConcurrentHashMap.newKeySet();
        List<Integer> stored = Collections.synchronizedList(new ArrayList<>());
        Store store = batch -> {
            storing.add(stage());
            stored.addAll(batch);
        };
        StagePredicate<Integer> positive = number -> {
            filtering.add(stage());
            return number > 0;
        };
        // snippet
        Pipeline<String> ingest = Pipeline.<String>builder("numbers")
                .map("parse", Integer::valueOf, stage -> stage.workers(2)) // two threads: order is lost here
                .filter("positive", positive) // without workers of its own: on the threads of parse
                .batch(500, Duration.ofMillis(20))
                .sink("store", store::insertAll) // one thread of its own
                .start();
        // end
        for (String line : lines) {
            if (!ingest.submit(line).accepted()) {
                throw new IllegalStateException("not accepted: " + line);
            }
        }
        return new Shown(ingest.shutdown(Duration.ofSeconds(30)), stored, filtering, storing);
    }

    private static String stage() {
        return Thread.currentThread().getName().replaceAll("-\\d+$", "");
    }

    private interface Store {
        void insertAll(List<Integer> batch);
    }
}
