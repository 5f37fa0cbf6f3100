// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.coordination.startup.Component;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.startup.StopReport;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The README's startup gate. */
final class GateSnippet {

    record Shown(StopReport report, Queue<String> events) {}

    private GateSnippet() {}

    static Shown run() throws InterruptedException {
        Queue<String> events = new ConcurrentLinkedQueue<>();
        // snippet
        StartupGate.Builder parts = StartupGate.builder("service");
        Component<Database> database = parts.component("database", () -> new Database(events));
        parts.component("listener", () -> new Listener(database.get(), events)).after(database);
        StartupGate gate = parts.start(Duration.ofSeconds(30)); // all ready, or all closed again and StartupFailed
        StopReport report = gate.stop(Duration.ofSeconds(10)); // the listener first, then the database
        // end
        return new Shown(report, events);
    }

    private record Database(Queue<String> events) implements AutoCloseable {

        Database {
            events.add("database opened");
        }

        @Override
        public void close() {
            events.add("database closed");
        }
    }

    private record Listener(Database database, Queue<String> events) implements AutoCloseable {

        Listener {
            events.add("listener opened");
        }

        @Override
        public void close() {
            events.add("listener closed");
        }
    }
}
