// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The guide's source that is not read while its message stands in line. */
final class EventLoopSnippet {

    /** What the source was told, and whether it was read while its message stood in line. */
    record Shown(List<Admission> told, boolean readMeanwhile, DrainReport<String> report) {}

    private EventLoopSnippet() {}

    static Shown run() throws InterruptedException {
        Semaphore stores = new Semaphore(0);
        Source source = new Source();
        Pipeline<String> ingest = Pipeline.<String>builder("loop")
                .capacity(1)
                .sink("store", message -> stores.acquire())
                .start();
        arrived(ingest, source, "first");
        List<Admission> told = new ArrayList<>();
        told.add(source.awaitTold());
        arrived(ingest, source, "second");
        boolean readMeanwhile = source.reading;
        stores.release(2);
        told.add(source.awaitTold());
        return new Shown(told, readMeanwhile, ingest.shutdown(Duration.ofSeconds(30)));
    }

    private static void arrived(Pipeline<String> ingest, Source source, String message) {
        // snippet
        source.stopReading(); // first: the callback may come before submit returns
        Admission answer = ingest.submit(message, decided -> source.goOn(decided)); // ACCEPTED or CLOSED
        if (answer != Admission.WAITING) {
            source.goOn(answer); // no callback comes
        }
        // end
    }

    private static final class Source {

        private final BlockingQueue<Admission> told = new LinkedBlockingQueue<>();

        private volatile boolean reading = true;

        void stopReading() {
            reading = false;
        }

        void goOn(Admission answer) {
            reading = answer.accepted();
            told.add(answer);
        }

        @Nullable
        Admission awaitTold() throws InterruptedException {
            return told.poll(30, TimeUnit.SECONDS);
        }
    }
}
