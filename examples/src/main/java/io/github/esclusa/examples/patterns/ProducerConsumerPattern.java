// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import java.time.Duration;

/** The collector's pipeline with a capacity of ten: an event shuts it down, and nobody waits for a thing that never comes. */
public final class ProducerConsumerPattern {

    private ProducerConsumerPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Dashboard dashboard = new Dashboard();
        Signal producerLeft = Signal.named("producer-left");
        Signal event = Signal.named("event");
        // snippet
        Pipeline<Integer> numbers = Pipeline.<Integer>builder("numbers")
                .capacity(10)
                .meterRegistry(dashboard.registry())
                .sink("store", n -> {
                    producerLeft.await(); // a slow consumer
                    out.line("%d is stored, %d wait behind it", n, dashboard.reads(PipelineMetrics.QUEUED));
                })
                .start();
        try (TaskGroup<String> program = TaskGroup.open("program")) {
            program.submit(() -> {
                int n = 0;
                Admission answer = numbers.submit(n);
                while (answer.accepted()) {
                    answer = numbers.submit(++n); // waits when ten are in there
                }
                producerLeft.set();
                return "producer: " + n + " accepted, then " + answer;
            });
            program.submit(() -> {
                event.await();
                DrainReport<Integer> report = numbers.shutdown(Duration.ofMinutes(1));
                return "consumer: " + report.delivered() + " delivered, complete: " + report.complete();
            });
            dashboard.awaitReads(PipelineMetrics.WAITING, 1); // the producer, on a full pipeline
            event.set();
            program.join().forEach(line -> out.line("%s", line));
        }

        Pipeline<Integer> idle = Pipeline.<Integer>builder("idle")
                .capacity(10)
                .sink("store", n -> {})
                .start();
        out.line(
                "an empty one: complete: %s",
                idle.shutdown(Duration.ofMinutes(1)).complete());
        // end
        return "drained to empty, none hangs";
    }
}
