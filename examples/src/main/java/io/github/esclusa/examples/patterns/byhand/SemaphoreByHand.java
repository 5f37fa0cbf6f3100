// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connections counted by a semaphore: one way to lose a permit, and one to win a permit that never was. */
public final class SemaphoreByHand {

    private static final String ORDERS = "jdbc:sqlite::memory:";
    private static final String GONE = "jdbc:sqlite:/no/such/directory/orders.db";

    private SemaphoreByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        List<Connection> inUse = new ArrayList<>();
        program(out, inUse);
        for (Connection connection : inUse) {
            connection.close();
        }
        return "1 permit lost, 1 too many";
    }

    // snippet
    private static Connection connect(Semaphore permits, String url) throws InterruptedException, SQLException {
        permits.acquire();
        return DriverManager.getConnection(url); // throws, and nobody gives the permit back
    }

    private static Connection connectInTime(Semaphore permits, String url) throws Exception {
        try {
            if (!permits.tryAcquire(50, TimeUnit.MILLISECONDS)) {
                throw new TimeoutException("no connection within 50 ms");
            }
            return DriverManager.getConnection(url);
        } catch (SQLException | TimeoutException e) {
            permits.release(); // the permit that it has not got as well
            throw e;
        }
    }

    private static void program(Printer out, List<Connection> inUse) throws Exception {
        Semaphore lost = new Semaphore(1);
        try {
            inUse.add(connect(lost, GONE));
        } catch (SQLException e) {
            out.line("no connection; in use %d, permits left %d of 1", inUse.size(), lost.availablePermits());
        }
        Semaphore won = new Semaphore(1);
        inUse.add(connectInTime(won, ORDERS)); // the one there is
        try {
            inUse.add(connectInTime(won, ORDERS));
        } catch (TimeoutException e) {
            out.line("%s; in use %d, permits left %d of 1", e.getMessage(), inUse.size(), won.availablePermits());
        }
        inUse.add(connectInTime(won, ORDERS));
        out.line("and the next gets one; in use %d", inUse.size());
    }
    // end
}
