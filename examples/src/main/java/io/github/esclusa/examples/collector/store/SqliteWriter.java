// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes to SQLite through prepared statements. The driver's own transactions are not used: it would take the write lock
 * again right after each COMMIT and keep everybody else out for as long as the collector runs.
 */
final class SqliteWriter implements Writer {

    /** Rows the driver holds, as bound values, before it hands them to SQLite. */
    private static final int ROWS_AT_ONCE = 128;

    /** Not INSERT OR IGNORE: that would also ignore, in silence, rows that a NOT NULL or a CHECK refuses. */
    private static final String UNLESS_KNOWN = " ON CONFLICT(id) DO NOTHING";

    private final Connection connection;
    private final IsoMicros receivedAt = new IsoMicros();
    private final IsoMicros sentAt = new IsoMicros();

    /** Prepared at its first use, when the table is there; by the one thread that has this writer. */
    private @Nullable PreparedStatement insertMessage;

    SqliteWriter(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public int insertMessages(List<MessageRow> rows, Runnable progress) throws SQLException {
        PreparedStatement insert = insertMessage;
        if (insert == null) {
            insert = connection.prepareStatement("INSERT INTO messages(" + Tables.MESSAGE_COLUMNS
                    + ") VALUES (?,?,?,?,?,?,?,?,?,?,?)" + UNLESS_KNOWN);
            insertMessage = insert;
        }
        return inTransaction(insert, rows, this::bind);
    }

    @Override
    public void insertDeadLetters(List<DeadLetterRow> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO dead_letters(" + Tables.DEAD_LETTER_COLUMNS + ") VALUES (?,?,?,?,?)" + UNLESS_KNOWN)) {
            inTransaction(insert, rows, this::bind);
        }
    }

    private void bind(PreparedStatement insert, MessageRow row) throws SQLException {
        Instant sent = row.sentAt();
        insert.setLong(1, row.id());
        insert.setString(2, receivedAt.format(row.receivedAt()));
        insert.setInt(3, row.facility());
        insert.setInt(4, row.severity());
        insert.setString(5, sent == null ? null : sentAt.format(sent));
        insert.setString(6, row.host());
        insert.setString(7, row.app());
        insert.setString(8, row.procid());
        insert.setString(9, row.msgid());
        insert.setString(10, row.structuredData());
        insert.setString(11, row.message());
    }

    private void bind(PreparedStatement insert, DeadLetterRow row) throws SQLException {
        insert.setLong(1, row.id());
        insert.setString(2, receivedAt.format(row.receivedAt()));
        insert.setString(3, row.source());
        insert.setString(4, row.reason());
        insert.setBytes(5, row.raw());
    }

    @FunctionalInterface
    private interface Binder<T> {
        void bind(PreparedStatement insert, T row) throws SQLException;
    }

    /** All rows or, when it throws, none. */
    private <T> int inTransaction(PreparedStatement insert, List<T> rows, Binder<T> binder) throws SQLException {
        execute("BEGIN IMMEDIATE");
        try {
            int inserted = insertAll(insert, rows, binder);
            execute("COMMIT");
            return inserted;
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(insert, e);
            throw e;
        }
    }

    private static <T> int insertAll(PreparedStatement insert, List<T> rows, Binder<T> binder) throws SQLException {
        int inserted = 0;
        int waiting = 0;
        for (T row : rows) {
            binder.bind(insert, row);
            insert.addBatch();
            if (++waiting == ROWS_AT_ONCE) {
                inserted += IntStream.of(insert.executeBatch()).sum();
                waiting = 0;
            }
        }
        return inserted + IntStream.of(insert.executeBatch()).sum();
    }

    private void rollBack(PreparedStatement insert, Throwable reason) {
        try {
            insert.clearBatch();
            execute("ROLLBACK");
        } catch (SQLException e) {
            reason.addSuppressed(e); // after some failures (a full disk) nothing is left to roll back: the same to us
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void abort() {
        // A wait for the file's lock ends by itself at the busy timeout; anything else is local work, and short.
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
