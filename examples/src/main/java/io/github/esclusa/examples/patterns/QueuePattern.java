// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.examples.patterns.byhand.Printer;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The shortest form: a pipeline in five lines. */
public final class QueuePattern {

    private QueuePattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        List<String> stored = new ArrayList<>();
        // snippet
        var words = Pipeline.<String>builder("words").sink("store", stored::add).start();
        for (String word : List.of("to", "be", "or", "not")) {
            out.line("%s: %s", word, words.submit(word));
        }
        DrainReport<String> report = words.shutdown(Duration.ofMinutes(1));
        out.line("stored %s", stored);
        out.line("%s", report);
        out.line("one more: %s", words.submit("more"));
        // end
        return report.accepted() + " taken in, " + stored.size() + " stored";
    }
}
