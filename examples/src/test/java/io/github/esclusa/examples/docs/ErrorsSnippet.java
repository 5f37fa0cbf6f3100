// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The README's error policy. */
final class ErrorsSnippet {

    record Shown(DrainReport<String> report, Queue<String> stored, Queue<String> letters) {}

    private ErrorsSnippet() {}

    /** The store refuses an empty word. */
    static Shown run(String... words) throws InterruptedException {
        RetryConfig config = RetryConfig.custom()
                .waitDuration(Duration.ofMillis(1))
                .ignoreExceptions(IllegalArgumentException.class)
                .build();
        Queue<String> stored = new ConcurrentLinkedQueue<>();
        Queue<String> letters = new ConcurrentLinkedQueue<>();
        Store store = new Store(stored);
        Pipeline<String> ingest = Pipeline.<String>builder("words")
                .batch(words.length, Duration.ofSeconds(30))
                // snippet
                .sink(
                        "store",
                        store::insertAll,
                        stage -> stage.onError(e -> e.retry(config)
                                .bisect(Store::isDataError)
                                .deadLetter(failure -> letters.add(failure.input()))))
                // end
                .start();
        for (String word : words) {
            if (!ingest.submit(word).accepted()) {
                throw new IllegalStateException("not accepted: " + word);
            }
        }
        return new Shown(ingest.shutdown(Duration.ofSeconds(30)), stored, letters);
    }

    private record Store(Queue<String> rows) {

        void insertAll(List<String> words) {
            if (words.contains("")) {
                throw new IllegalArgumentException("an empty word");
            }
            rows.addAll(words);
        }

        static boolean isDataError(Throwable e) {
            return e instanceof IllegalArgumentException;
        }
    }
}
