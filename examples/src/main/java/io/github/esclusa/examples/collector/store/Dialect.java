// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
        String meant = meant(url);
        throw new IllegalArgumentException("--db " + JdbcUrl.redacted(url)
                + ": no database the collector can write to; "
                + (meant.isEmpty() ? "" : "did you mean " + JdbcUrl.redacted(meant) + "? ")
                + "allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE");
    }

    /** The URL that somebody may have had in mind who left out its beginning, or wrote it otherwise; empty if none is near. */
    private static String meant(String url) {
        Matcher postgres = Pattern.compile("(?i)(jdbc:)?postgres(ql)?:(//.*)").matcher(url);
        if (postgres.matches()) {
            return PostgresDialect.PREFIX + postgres.group(3);
        }
        Matcher sqlite = Pattern.compile("(?i)(jdbc:)?sqlite3?:(.+)").matcher(url);
        if (sqlite.matches()) {
            return SqliteDialect.PREFIX + sqlite.group(2);
        }
        return url.matches("[^:?]*[./][^:?]*|file:.+") ? SqliteDialect.PREFIX + url : "";
    }

    /** The URL as it was given, for the driver alone. */
    String url();

    /** The URL, without its passwords. */
    String shownUrl();

    /** How many connections may write at once when so many were asked for. */
    int writers(int asked);

    /** Connects, and sets the connection up so that no wait for the database's answer lasts longer than the timeout. */
    Writer connect(Duration timeout) throws SQLException;

    /**
     * Claims the database for one store, where a second one would harm.
     *
     * @param writer a connection to it
     */
    Claim claim(Writer writer) throws SQLException;

    /** Makes the tables where they are missing, and refuses those that are there with another shape. */
    void prepareSchema(Writer writer) throws SQLException;

    /** What a person can do about a failure, as the end of a sentence. */
    String remedy(SQLException failure);
}
