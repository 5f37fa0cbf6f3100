// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * One connection with what it needs to insert quickly. Used by one thread at a time; {@link #abort} alone may come from
 * another one.
 */
interface Writer extends AutoCloseable {

    Connection connection();

    /**
     * Inserts all rows in one transaction, ignoring those whose id is there already; after an exception, none of them.
     *
     * @param progress run whenever the database has taken another part of it
     * @return how many were not there before
     */
    int insertMessages(List<MessageRow> rows, Runnable progress) throws SQLException;

    /** Like {@link #insertMessages}, for dead letters: so few and small that they are one part. */
    void insertDeadLetters(List<DeadLetterRow> rows) throws SQLException;

    /** Cuts the connection under a thread that may be waiting on it. */
    void abort();

    /** Asks the database whether this connection still works. */
    default boolean answers(int timeoutSeconds) {
        try {
            return connection().isValid(timeoutSeconds);
        } catch (SQLException e) {
            return false;
        }
    }

    default StoreCounts counts() throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet counts = statement.executeQuery(
                        "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM dead_letters)")) {
            counts.next();
            return new StoreCounts(counts.getLong(1), counts.getLong(2));
        }
    }

    /** The highest id in either table; zero when both are empty. */
    default long highestId() throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet highest = statement.executeQuery("SELECT max(id) FROM (SELECT max(id) AS id FROM messages"
                        + " UNION ALL SELECT max(id) AS id FROM dead_letters) AS both_tables")) {
            highest.next();
            return highest.getLong(1);
        }
    }

    @Override
    void close() throws SQLException;
}
