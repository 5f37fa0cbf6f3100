// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.startup.Component;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.pipeline.Pipeline;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The guide's service that is ended by one hook, in order. */
final class HookSnippet {

    private final Queue<String> ended = new ConcurrentLinkedQueue<>();

    private HookSnippet() {}

    /** What ended, in order. The hook is run here, and the process lives on. */
    static Queue<String> run() throws InterruptedException {
        HookSnippet service = new HookSnippet();
        service.startAndEnd();
        return service.ended;
    }

    private void startAndEnd() throws InterruptedException {
        // snippet
        StartupGate.Builder parts = StartupGate.builder("service");
        Component<ResourcePool<Session>> pool = parts.component("pool", () -> openPool());
        Component<Pipeline<String>> pipeline =
                parts.component("pipeline", () -> startPipeline(pool.get())).after(pool);
        parts.component("listener", () -> listen(pipeline.get())).after(pipeline);
        StartupGate gate = parts.build();
        Thread atExit = new Thread(gate::close); // the listener, then the pipeline, then the pool
        Runtime.getRuntime().addShutdownHook(atExit); // before the start: a signal meanwhile undoes it
        gate.start(Duration.ofSeconds(30));
        // end
        Runtime.getRuntime().removeShutdownHook(atExit);
        atExit.start();
        atExit.join();
    }

    private ResourcePool<Session> openPool() throws InterruptedException {
        return ResourcePool.<Session>builder("sessions")
                .create(() -> new Session(ended))
                .min(1)
                .openWarm(Duration.ofSeconds(30));
    }

    private static Pipeline<String> startPipeline(ResourcePool<Session> pool) {
        return Pipeline.<String>builder("words")
                .sink("store", word -> {
                    try (Lease<Session> lease = pool.acquire()) {
                        lease.get().store(word);
                    }
                })
                .start();
    }

    /** Hears a last word as it is closed. */
    private AutoCloseable listen(Pipeline<String> pipeline) {
        return () -> ended.add("listener, last word " + pipeline.trySubmit("last word"));
    }

    private record Session(Queue<String> ended) implements AutoCloseable {

        void store(String word) {
            ended.add(word + " stored");
        }

        @Override
        public void close() {
            ended.add("session");
        }
    }
}
