// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.coordination.pool.AcquireTimeoutException;
import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourceCreationException;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;

/** Eight threads share two connections: never three in use, and no failure takes a place away. */
public final class SemaphorePattern {

    private SemaphorePattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Signal up = Signal.named("database-up");
        Signal twoInUse = Signal.named("two-in-use");
        AtomicInteger inUse = new AtomicInteger();
        // snippet
        ResourcePool<Connection> connections = ResourcePool.<Connection>builder("connections")
                .create(() -> DriverManager.getConnection(
                        up.isSet() ? "jdbc:sqlite::memory:" : "jdbc:sqlite:/no/such/directory/orders.db"))
                .max(2)
                .acquireTimeout(Duration.ofMinutes(1))
                .open();
        try (Lease<Connection> lease = connections.acquire()) {
            out.line("not reached: %s", lease);
        } catch (ResourceCreationException e) {
            out.line("no connection for this thread: %s", e.getCause());
        }
        up.set();
        try (Lease<Connection> one = connections.acquire();
                Lease<Connection> two = connections.acquire();
                Lease<Connection> three = connections.acquire(Duration.ofMillis(50))) {
            out.line("not reached: %s, %s, %s", one, two, three);
        } catch (AcquireTimeoutException e) {
            out.line("%s", e.getMessage());
        }
        try (TaskGroup<Integer> threads = TaskGroup.open("threads")) {
            for (int n = 0; n < 8; n++) {
                threads.submit(() -> {
                    try (Lease<Connection> lease = connections.acquire()) {
                        int now = inUse.incrementAndGet();
                        if (now == 2) {
                            twoInUse.set();
                        }
                        twoInUse.await(); // the first waits until there are two
                        lease.get().createStatement().execute("SELECT 1");
                        inUse.decrementAndGet();
                        return now;
                    }
                });
            }
            out.line("8 threads, 2 connections, most in use at once: %d", Collections.max(threads.join()));
        }
        out.line("%s", connections.shutdown(Duration.ofMinutes(1)));
        // end
        return "8 threads, 2 connections, none lost";
    }
}
