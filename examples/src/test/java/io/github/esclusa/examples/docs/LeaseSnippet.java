// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolReport;
import io.github.esclusa.coordination.pool.ResourcePool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.RejectedExecutionException;

/** The guide's lease of what may turn out to be broken. */
final class LeaseSnippet {

    private LeaseSnippet() {}

    /** The pool's books while the lease was out. */
    static PoolReport run(ResourcePool<Connection> connections, String sql) throws SQLException {
        // snippet
        try (Lease<Connection> lease = connections.tryAcquire().orElseThrow(RejectedExecutionException::new)) {
            try {
                lease.get().createStatement().execute(sql);
            } catch (SQLException e) {
                lease.invalidate(); // broken, for all we know: destroyed, and not lent again
                throw e;
            }
            return connections.report(); // stillLeased() has this thread, and how long at least
        }
        // end
    }
}
