// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a database holds, read over connections of its own.
 *
 * @param url the database
 */
record Stored(String url) {

    /** The file the collector writes to in a directory, if it is told nothing else. */
    static Stored in(Path directory) {
        return new Stored("jdbc:sqlite:" + directory.resolve("collector.db"));
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url);
    }

    long messages() throws SQLException {
        return number("SELECT count(*) FROM messages");
    }

    long deadLetters() throws SQLException {
        return number("SELECT count(*) FROM dead_letters");
    }

    /** How many different pairs of sequence number and thread loggen's messages carry. */
    long distinctSequences() throws SQLException {
        String position = url.startsWith("jdbc:sqlite:") ? "instr" : "strpos";
        return number("SELECT count(DISTINCT substr(message, " + position + "(message, 'seq: '), 29)) FROM messages");
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    /** The first column of the first row. */
    String text(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    /** All columns of all rows, as text. */
    List<List<@Nullable String>> rows(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    byte[] bytes(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getBytes(1);
        }
    }
}
