// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;

/**
 * Writes to PostgreSQL by binary {@code COPY}, straight into the table: a batch is one statement, one transaction and two
 * round trips.
 *
 * <p>COPY has no "on conflict do nothing", and an id is in the table already only when a COMMIT was lost on its way back
 * and the batch came again. The server then refuses the COPY as a whole, by the unique index and hence whatever else
 * runs at the same time (a transaction whose client is gone may still be on its way to its COMMIT: the index makes the
 * second one wait for it). Only then are the rows copied into a temporary table and inserted from there, ignoring those
 * that are known by their id; one that another unique index of the table refuses is the data's fault.
 */
final class PostgresWriter implements Writer {

    private static final String UNIQUE_VIOLATION = "23505";
    private static final String STAGING = "esclusa_staging";

    private final Connection connection;
    private final CopyEncoder encoder = new CopyEncoder();

    PostgresWriter(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public int insertMessages(List<MessageRow> rows, Runnable progress) throws SQLException {
        CopyEncoder.requireStorable(rows);
        try {
            return copy("messages", rows, progress);
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
            return insertUnknown(rows, progress);
        }
    }

    private int insertUnknown(List<MessageRow> rows, Runnable progress) throws SQLException {
        progress.run();
        return inTransaction(statement -> {
            statement.execute("CREATE TEMP TABLE IF NOT EXISTS " + STAGING + " (LIKE messages) ON COMMIT DELETE ROWS");
            copy(STAGING, rows, progress);
            progress.run();
            int inserted = statement.executeUpdate("INSERT INTO messages(" + Tables.MESSAGE_COLUMNS + ") SELECT "
                    + Tables.MESSAGE_COLUMNS + " FROM " + STAGING + " ORDER BY id ON CONFLICT (id) DO NOTHING");
            progress.run();
            return inserted;
        });
    }

    private int copy(String table, List<MessageRow> rows, Runnable progress) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table + "(" + Tables.MESSAGE_COLUMNS + ") FROM STDIN (FORMAT binary)");
        try {
            encoder.write(rows, copy, progress);
            return connection.getAutoCommit() ? committed(() -> (int) copy.endCopy()) : (int) copy.endCopy();
        } catch (SQLException | RuntimeException | Error e) {
            cancel(copy, e);
            throw e;
        }
    }

    private static void cancel(CopyIn copy, Throwable reason) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException e) {
            reason.addSuppressed(e); // the connection is gone: why it went is the answer
        }
    }

    @Override
    public void insertDeadLetters(List<DeadLetterRow> rows) throws SQLException {
        inTransaction(statement -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO dead_letters("
                    + Tables.DEAD_LETTER_COLUMNS + ") VALUES (?,?,?,?,?) ON CONFLICT (id) DO NOTHING")) {
                for (DeadLetterRow row : rows) {
                    insert.setLong(1, row.id());
                    insert.setObject(2, row.receivedAt().atOffset(ZoneOffset.UTC));
                    insert.setString(3, withoutNul(row.source()));
                    insert.setString(4, withoutNul(row.reason()));
                    insert.setBytes(5, row.raw());
                    insert.addBatch();
                }
                return insert.executeBatch().length;
            }
        });
    }

    /** A dead letter has nowhere else to go: its reason may quote the NUL that was the reason. */
    private static String withoutNul(String text) {
        return text.replace('\0', '\uFFFD');
    }

    @FunctionalInterface
    private interface Work {
        int with(Statement statement) throws SQLException;
    }

    @FunctionalInterface
    private interface Commit {
        int run() throws SQLException;
    }

    /**
     * Sends what makes the server commit. Until then a connection that breaks takes its rows with it; from here on only a
     * server that says no, over a connection that lives on, has not committed.
     */
    private int committed(Commit commit) throws SQLException {
        try {
            return commit.run();
        } catch (PSQLException e) {
            if (e.getServerErrorMessage() != null && !connection.isClosed()) {
                throw e;
            }
            throw new LostAnswerException(e);
        } catch (SQLException | RuntimeException | Error e) {
            throw new LostAnswerException(e);
        }
    }

    private int inTransaction(Work work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            int result = work.with(statement);
            committed(() -> {
                connection.commit();
                return result;
            });
            connection.setAutoCommit(true);
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(e);
            throw e;
        }
    }

    private void rollBack(Throwable reason) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            reason.addSuppressed(e); // the connection is of no use any more, and its next user will be told so
        }
    }

    @Override
    public void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // Already gone.
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            connection.close();
        } catch (SQLException e) {
            if (!(e.getCause() instanceof IOException)) {
                throw e;
            }
            // There is nobody left to say goodbye to: the socket is closed all the same.
        }
    }
}
