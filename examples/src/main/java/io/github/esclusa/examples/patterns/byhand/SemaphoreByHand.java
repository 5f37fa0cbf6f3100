// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connections counted by a semaphore: one way to lose a permit, and one to win a permit that never was. */
public final class SemaphoreByHand {

    private SemaphoreByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        Semaphore lost = new Semaphore(1);
        try {
            query(lost, "jdbc:sqlite:/no/such/directory/orders.db");
        } catch (SQLException e) {
            out.line("no connection; allowed 1, in use 0, free %d", lost.availablePermits());
        }
        try {
            queryInTime(lost);
        } catch (TimeoutException e) {
            out.line("and for the next: %s", e.getMessage());
        }
        Semaphore won = new Semaphore(1);
        won.acquire(); // somebody uses the one there is
        try {
            queryInTime(won);
        } catch (TimeoutException e) {
            out.line("too late; allowed 1, in use 1, free %d", won.availablePermits());
        }
        return "1 permit lost, 1 too many";
    }

    // snippet
    private static void query(Semaphore permits, String url) throws InterruptedException, SQLException {
        permits.acquire();
        Connection connection = DriverManager.getConnection(url); // throws, and nobody gives the permit back
        try {
            connection.createStatement().execute("SELECT 1");
        } finally {
            connection.close();
            permits.release();
        }
    }

    private static void queryInTime(Semaphore permits) throws InterruptedException, SQLException, TimeoutException {
        try {
            if (!permits.tryAcquire(50, TimeUnit.MILLISECONDS)) {
                throw new TimeoutException("no connection within 50 ms");
            }
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
                connection.createStatement().execute("SELECT 1");
            }
        } finally {
            permits.release(); // the one it has not got as well
        }
    }
    // end
}
