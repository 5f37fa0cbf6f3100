// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.thread.FailurePolicy;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.core.thread.TaskMetrics;
import io.github.esclusa.core.thread.TasksFailedException;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.util.List;

/** An exception that nobody asks for leaves all the same: at join, or else at close, and is counted. */
public final class ExecutorPattern {

    private ExecutorPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Dashboard dashboard = new Dashboard();
        long counted;
        // snippet
        TaskGroup.Builder settings = TaskGroup.builder("numbers")
                .threads(1) // so that "two" fails before "four"
                .onFailure(FailurePolicy.KEEP_GOING)
                .meterRegistry(dashboard.registry());
        try (TaskGroup<Integer> numbers = settings.open()) {
            for (String word : List.of("1", "two", "3", "four")) {
                numbers.submit(() -> Integer.parseInt(word));
            }
            try {
                numbers.join();
            } catch (TasksFailedException e) {
                out.line("join: %s", e.getMessage());
                out.line("  the first: %s", e.getCause());
                out.line("  suppressed: %s", List.of(e.getSuppressed()));
            }
            counted = dashboard.reads(TaskMetrics.FAILED);
            out.line("esclusa.tasks.failed: %d", counted);
        }

        try (TaskGroup<Integer> numbers = TaskGroup.open("numbers")) {
            numbers.submit(() -> Integer.parseInt("five")); // and nobody joins
        } catch (TasksFailedException e) {
            out.line("close: %s", e.getCause());
        }
        // end
        return "2 failed, " + counted + " counted, none silent";
    }
}
