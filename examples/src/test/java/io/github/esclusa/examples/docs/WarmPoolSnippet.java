// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.coordination.pool.ResourcePool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;

/** The guide's pool that is warm when it opens. */
final class WarmPoolSnippet {

    private WarmPoolSnippet() {}

    static ResourcePool<Connection> run(String url) throws InterruptedException {
        // snippet
        ResourcePool<Connection> connections = ResourcePool.<Connection>builder("connections")
                .create(() -> DriverManager.getConnection(url))
                .validate(connection -> connection.isValid(1))
                .validateAfterIdle(Duration.ofSeconds(30))
                .min(1)
                .openWarm(Duration.ofSeconds(10)); // ResourceCreationException if there is no connection to be had
        // end
        return connections;
    }
}
