// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolReport;
import io.github.esclusa.coordination.pool.ResourcePool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/** The README's pool. */
final class PoolSnippet {

    private PoolSnippet() {}

    static PoolReport run(String url) throws InterruptedException, SQLException {
        // snippet
        ResourcePool<Connection> connections = ResourcePool.<Connection>builder("connections")
                .create(() -> DriverManager.getConnection(url))
                .validate(connection -> connection.isValid(1))
                .destroy(Connection::close)
                .max(4)
                .open();
        try (Lease<Connection> lease = connections.acquire(Duration.ofSeconds(2))) {
            lease.get().createStatement().execute("SELECT 1");
        }
        PoolReport report = connections.shutdown(Duration.ofSeconds(10)); // waits for leases, then says who has them
        // end
        return report;
    }
}
