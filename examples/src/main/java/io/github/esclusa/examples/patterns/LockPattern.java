// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.lock.Guarded;
import io.github.esclusa.core.lock.LockMetrics;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;

/** A number that cannot be reached without its lock, and a lock that shows who holds it and who waits. */
public final class LockPattern {

    private LockPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Dashboard dashboard = new Dashboard();
        Signal holding = Signal.named("holding");
        Signal seen = Signal.named("seen");
        int total;
        // snippet
        try (Guarded<Integer> count = Guarded.builder("count")
                        .meterRegistry(dashboard.registry())
                        .guard(0);
                TaskGroup<Integer> adders = TaskGroup.open("adders")) {
            adders.submit(() -> count.update(n -> {
                holding.set();
                seen.await(); // as long as the other needs to come, and we to see it wait
                return n + 1;
            }));
            holding.await();
            adders.submit(() -> count.update(n -> n + 1));
            dashboard.awaitReads(LockMetrics.QUEUED, 1);
            out.line("%s", count);
            seen.set();
            out.line("the threads wrote %s", adders.join());
            out.line(
                    "acquisitions %d, of these contended %d, waits timed %d",
                    dashboard.reads(LockMetrics.ACQUISITIONS),
                    dashboard.reads(LockMetrics.CONTENDED),
                    dashboard.reads(LockMetrics.WAIT));
            total = count.get();
        }
        // end
        return "2 added, " + total + " counted, who waits is seen";
    }
}
