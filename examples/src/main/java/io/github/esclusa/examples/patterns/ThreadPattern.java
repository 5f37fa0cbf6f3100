// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.RunningTask;
import io.github.esclusa.core.thread.StillRunningException;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.time.Duration;

/** Threads whose names and whose fate at the process's end were chosen, and a join that says who still runs and where. */
public final class ThreadPattern {

    private ThreadPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Signal written = Signal.named("written");
        Signal halfWay = Signal.named("half-way");
        Signal disk = Signal.named("disk");
        // snippet
        NamedThreads housekeepers = NamedThreads.daemon("housekeeper"); // cut off when the process ends
        NamedThreads writers = NamedThreads.platform("writer"); // waited for, whoever starts them
        Thread housekeeper = housekeepers.newThread(() -> {
            Thread writer = writers.newThread(written::set);
            out.line(
                    "%s is a daemon: %s",
                    Thread.currentThread().getName(), Thread.currentThread().isDaemon());
            out.line("%s is a daemon: %s", writer.getName(), writer.isDaemon());
            writer.start();
        });
        housekeeper.start();
        written.await();

        try (TaskGroup<String> reports = TaskGroup.open("reports")) {
            reports.submit(() -> writeReport(halfWay, disk));
            halfWay.await();
            try {
                reports.join(Duration.ofMillis(50));
            } catch (StillRunningException e) {
                out.line("after 50 ms still running: %s", e.running().size());
                out.line("%s", whereIn(e.running().get(0)));
            }
            disk.set();
            out.line("joined: %s", reports.join());
        }
        // end
        return "1 not a daemon, 1 named by join";
    }

    private static String writeReport(Signal halfWay, Signal disk) throws InterruptedException {
        halfWay.set();
        disk.await();
        return "the report is written";
    }

    /** The thread, and the method of ours that it stands in: the whole stack differs between JVMs. */
    private static String whereIn(RunningTask task) {
        return task.stack().stream()
                .filter(frame -> frame.getClassName().equals(ThreadPattern.class.getName()))
                .map(frame ->
                        "task " + task.number() + " on thread '" + task.thread() + "' in " + frame.getMethodName())
                .findFirst()
                .orElseGet(task::toString);
    }
}
