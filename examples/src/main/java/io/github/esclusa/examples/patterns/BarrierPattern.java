// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.coordination.startup.Barrier;
import io.github.esclusa.coordination.startup.BarrierBroken;
import io.github.esclusa.coordination.startup.StartupFailed;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Nothing works before all is ready; where one part fails, all the others are told, with the cause. */
public final class BarrierPattern {

    private BarrierPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Barrier allReady = Barrier.builder("all-ready").parties(3).build();
        meet(out, allReady, () -> work("listener", allReady));
        meet(out, allReady, () -> {
            allReady.fail(new IllegalStateException("port 514 is in use"));
            return "listener has failed";
        });
        start(out, new FutureTask<>(() -> () -> {}));
        start(out, new FutureTask<>(() -> {
            throw new IllegalStateException("port 514 is in use");
        }));
        return "1 failed, all the others know why";
    }

    // snippet
    private static void meet(Printer out, Barrier allReady, Callable<String> listener) throws InterruptedException {
        try (TaskGroup<String> parts = TaskGroup.open("parts")) {
            parts.submit(() -> work("database", allReady));
            parts.submit(() -> work("metrics", allReady));
            Dashboard.until(() -> allReady.waiting() == 2);
            out.line("2 of 3 are ready, at work: %d", parts.balance().succeeded());
            parts.submit(listener);
            parts.join().forEach(said -> out.line("%s", said));
        }
    }

    private static String work(String part, Barrier allReady) throws InterruptedException {
        try {
            allReady.await(Duration.ofMinutes(1));
            return part + " works";
        } catch (BarrierBroken e) {
            return part + " was told by " + e.culprit() + ": " + e.getCause();
        }
    }

    private static void start(Printer out, FutureTask<AutoCloseable> listener) throws InterruptedException {
        StartupGate.Builder service = StartupGate.builder("service");
        service.component("listener", listener::get) // waits until it is run
                .after(service.component("database", () -> () -> out.line("the gate closes the database")));
        try (StartupGate gate = service.build();
                TaskGroup<String> starter = TaskGroup.open("starter")) {
            starter.submit(() -> {
                gate.start(Duration.ofMinutes(1));
                return "ready";
            });
            out.line("before the listener, ready: %s", gate.awaitReady(Duration.ofMillis(50)));
            listener.run();
            out.line("with the listener, ready: %s", gate.awaitReady(Duration.ofMinutes(1)));
        } catch (StartupFailed e) {
            out.line("the gate has not opened, because of %s: %s", e.culprits(), e.getCause());
        }
    }
    // end
}
