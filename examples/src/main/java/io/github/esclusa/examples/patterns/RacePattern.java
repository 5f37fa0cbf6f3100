// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.lock.Guarded;
import io.github.esclusa.core.lock.LockMetrics;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.time.Duration;

/** Two threads add one to the same number, and both count: nobody can read it between another's read and write. */
public final class RacePattern {

    private RacePattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Dashboard dashboard = new Dashboard();
        // snippet
        Guarded<Integer> count =
                Guarded.builder("count").meterRegistry(dashboard.registry()).guard(0);
        Signal firstHasRead = Signal.named("first-has-read");
        Signal secondHasWritten = Signal.named("second-has-written");
        try (TaskGroup<Integer> adders = TaskGroup.open("adders")) {
            adders.submit(() -> count.update(n -> {
                firstHasRead.set(); // now the other one may try to get in between ...
                dashboard.awaitReads(LockMetrics.QUEUED, 1); // ... is here, and has 50 ms to do it
                out.line("written by the other meanwhile: %s", secondHasWritten.await(Duration.ofMillis(50)));
                return n + 1;
            }));
            adders.submit(() -> {
                firstHasRead.await();
                int written = count.update(n -> n + 1);
                secondHasWritten.set();
                return written;
            });
            out.line("the threads wrote %s", adders.join());
        }
        int total = count.get();
        count.close(); // its meters go
        out.line("2 threads have added 1 each: the count is %d", total);
        // end
        return "2 added, " + total + " counted";
    }
}
