// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The README's pipeline with two inlets that is closed with the process. */
final class InletsSnippet {

    record Shown(Admission admission, Queue<String> stored, long lost, List<String> closed) {}

    private record Part(String name, List<String> closed) implements AutoCloseable {
        @Override
        public void close() {
            closed.add(name);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(InletsSnippet.class);

    private InletsSnippet() {}

    static Shown run() throws InterruptedException {
        Queue<String> stored = new ConcurrentLinkedQueue<>();
        AtomicLong lost = new AtomicLong();
        List<String> closed = new CopyOnWriteArrayList<>();
        Part listener = new Part("listener", closed);
        Part database = new Part("database", closed);
        // snippet
        Pipeline<String> ingest = Pipeline.<String>builder("service")
                .inlet("tcp", inlet -> inlet.capacity(5_000).whenFull(Overflow.block()))
                .inlet("udp", inlet -> inlet.capacity(1_000).whenFull(Overflow.dropOldest()))
                .onSettled(settled -> {
                    if (settled.outcome() != Outcome.DELIVERED) {
                        lost.incrementAndGet(); // settled.message() is the one
                    }
                })
                .closeTimeout(Duration.ofSeconds(20))
                .sink("store", stored::add)
                .start();
        Thread atExit = new Thread(() -> {
            try (database; // last what its stages use
                    ingest; // warns of what it could not finish
                    listener) { // first what feeds it
                log.info("closing"); // then each is closed, whatever the others throw
            }
        });
        Runtime.getRuntime().addShutdownHook(atExit);
        Admission admission = ingest.inlet("udp").submit("hello");
        // end
        Runtime.getRuntime().removeShutdownHook(atExit);
        atExit.start();
        atExit.join();
        return new Shown(admission, stored, lost.get(), closed);
    }
}
