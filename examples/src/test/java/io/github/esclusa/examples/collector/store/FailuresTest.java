// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.esclusa.coordination.pool.ResourcePool;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

class FailuresTest {

    private static String told(String message, IOException cause) {
        return String.valueOf(Store.failure(
                        PostgresDialect.of("jdbc:postgresql://nowhere/d"),
                        "open the database",
                        new PSQLException(message, PSQLState.CONNECTION_UNABLE_TO_CONNECT, cause))
                .getMessage());
    }

    @Test
    void whatTheDriverLeavesToTheCauseIsTold() {
        String start = "cannot open the database jdbc:postgresql://nowhere/d: ";
        String remedy = "; is PostgreSQL running there, and are the URL's host and port right?";
        assertThat(told("The connection attempt failed.", new UnknownHostException("nowhere")))
                .isEqualTo(start + "The connection attempt failed: unknown host nowhere" + remedy);
        assertThat(told("The connection attempt failed.", new SocketTimeoutException("Connect timed out")))
                .isEqualTo(start + "The connection attempt failed: Connect timed out" + remedy);
        assertThat(told("Connection to nowhere:1 refused.", new ConnectException("Connection refused")))
                .isEqualTo(start + "Connection to nowhere:1 refused" + remedy);
    }

    /** A batch would be halved down to dead letters, each of which would fail as well. */
    @Test
    void whatTheDatabaseSaysOfAConnectionIsNotTheDatas() throws Exception {
        SQLException refused = new SQLException("invalid value for parameter", "22023");
        try (ResourcePool<String> pool = ResourcePool.<String>builder("connections")
                .create(() -> {
                    throw refused;
                })
                .open()) {
            Throwable failure = catchThrowable(() -> pool.acquire(Duration.ofSeconds(30)));
            assertThat(failure).hasRootCause(refused);
            assertThat(Store.isDataError(new StoreException("cannot insert", failure)))
                    .isFalse();
            assertThat(Store.isDataError(new StoreException("cannot insert", refused)))
                    .as("said of rows")
                    .isTrue();
        }
    }
}
