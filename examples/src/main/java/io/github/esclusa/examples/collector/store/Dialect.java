// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.SQLException;
import java.time.Duration;

/** What differs between the databases the collector can write to. */
sealed interface Dialect permits SqliteDialect, PostgresDialect {

    /**
     * Chooses the dialect a JDBC URL asks for.
     *
     * @throws IllegalArgumentException if the URL is for another database, or names no place that lasts
     */
    static Dialect of(String url) {
        if (url.startsWith(SqliteDialect.PREFIX)) {
            return SqliteDialect.of(url);
        }
        if (url.startsWith(PostgresDialect.PREFIX)) {
            return PostgresDialect.of(url);
        }
        throw new IllegalArgumentException(
                "--db " + JdbcUrl.redacted(url) + ": no database the collector can write to; "
                        + "allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE");
    }

    /** The URL as it was given, for the driver alone. */
    String url();

    /** The URL, without its passwords. */
    String shownUrl();

    /** How many connections may write at once when so many were asked for. */
    int writers(int asked);

    /** Connects, and sets the connection up so that no wait for the database's answer lasts longer than the timeout. */
    Writer connect(Duration timeout) throws SQLException;

    /** Makes the tables where they are missing, and refuses those that are there with another shape. */
    void prepareSchema(Writer writer) throws SQLException;

    /** What a person can do about a failure, as the end of a sentence. */
    String remedy(SQLException failure);
}
