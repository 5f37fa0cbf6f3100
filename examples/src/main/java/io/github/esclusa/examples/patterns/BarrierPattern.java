// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.coordination.startup.Barrier;
import io.github.esclusa.coordination.startup.BarrierBroken;
import io.github.esclusa.coordination.startup.Component;
import io.github.esclusa.coordination.startup.StartupFailed;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.core.thread.FailurePolicy;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.time.Duration;
import java.util.List;

/** Nothing works before all is ready; where one part fails, all the others are told, with the cause. */
public final class BarrierPattern {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private BarrierPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        // snippet
        Barrier allReady = Barrier.builder("all-ready").parties(3).build();
        try (TaskGroup<String> parts =
                TaskGroup.builder("parts").onFailure(FailurePolicy.KEEP_GOING).open()) {
            parts.submit(() -> work("database", allReady));
            parts.submit(() -> {
                allReady.fail(new IllegalStateException("port 514 is in use"));
                return "listener has failed";
            });
            parts.submit(() -> work("metrics", allReady));
            parts.join().forEach(said -> out.line("%s", said));
        }

        StartupGate.Builder gate = StartupGate.builder("service");
        Component<AutoCloseable> database =
                gate.component("database", () -> () -> out.line("the gate closes the database"));
        gate.component("listener", BarrierPattern::listen).after(database);
        try {
            gate.start(LIMIT);
        } catch (StartupFailed e) {
            List<String> culprits = e.culprits();
            out.line("the gate has not opened, because of %s: %s", culprits, e.getCause());
        }
        // end
        return "1 failed, all the others know why";
    }

    private static String work(String part, Barrier allReady) throws InterruptedException {
        try {
            allReady.await(LIMIT);
            return part + " works";
        } catch (BarrierBroken e) {
            return part + " was told: " + e.getCause();
        }
    }

    private static AutoCloseable listen() {
        throw new IllegalStateException("port 514 is in use");
    }
}
