// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** The guide's answers to a submission. */
final class SubmitSnippet {

    record Shown(Queue<String> kept, Queue<String> refused, Queue<Admission> ofTheWorker) {}

    private final Queue<String> kept = new ConcurrentLinkedQueue<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();

    private SubmitSnippet() {}

    /** A pipeline with room for one message, whose sink has the first one in hand and submits another itself. */
    static Shown run() throws InterruptedException {
        SubmitSnippet producer = new SubmitSnippet();
        CountDownLatch timedOut = new CountDownLatch(1);
        BlockingQueue<Pipeline<String>> itself = new LinkedBlockingQueue<>();
        Queue<Admission> ofTheWorker = new ConcurrentLinkedQueue<>();
        Pipeline<String> ingest = Pipeline.<String>builder("submit")
                .capacity(1)
                .maxWeight(10, String::length)
                .whenFull(Overflow.block(Duration.ofMillis(1)))
                .sink("store", message -> {
                    ofTheWorker.add(itself.take().submit("its own"));
                    timedOut.await();
                })
                .start();
        itself.add(ingest);
        producer.submit(ingest, "first");
        producer.submit(ingest, "second");
        timedOut.countDown();
        producer.submit(ingest, "longer than ten");
        ingest.close();
        try {
            producer.submit(ingest, "after the end");
        } catch (IllegalStateException e) {
            producer.kept.add("after the end");
        }
        return new Shown(producer.kept, producer.refused, ofTheWorker);
    }

    private void submit(Pipeline<String> ingest, String message) throws InterruptedException {
        // snippet
        switch (ingest.submit(message)) { // waits for room if whenFull says so
            case ACCEPTED -> {} // it is the pipeline's, and will be settled exactly once
            case FULL, TIMEOUT -> kept.add(message); // no room, or none in time
            case TOO_HEAVY -> refused.add(message); // there will never be room for it
            case CLOSED -> throw new IllegalStateException("shut down, or failed: " + ingest);
            case WAITING -> throw new AssertionError("is only answered to a submit with a callback");
        }
        // end
    }
}
