// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * SQLite, in write-ahead-log mode.
 *
 * <p><b>Durability.</b> {@code synchronous=FULL}: the log is forced to the disk at every COMMIT, so what was reported
 * delivered survives a loss of power. {@code NORMAL}, which would lose the last transactions then (though never damage
 * the file), gains nothing that could be measured at a few thousand rows to the transaction.
 *
 * <p><b>One writer.</b> SQLite has one write lock for the whole file; a second connection could only wait for it. Each
 * transaction takes it at its beginning and gives it up at its end, so other processes can read at any time and write in
 * between.
 *
 * <p><b>One collector.</b> Two would write in turn, and each give ids as if it were alone: a message whose id is there
 * already is passed over. So a store claims the file ({@link FileClaim}), under the name that SQLite has found for it,
 * however the URL spells it.
 */
record SqliteDialect(String url) implements Dialect {

    static final String PREFIX = "jdbc:sqlite:";

    /** A wait for the lock cannot be broken off, so it is short: the batch comes again. */
    private static final Duration LONGEST_BUSY_WAIT = Duration.ofSeconds(5);

    private static final String[] TABLES = {"""
        CREATE TABLE IF NOT EXISTS messages(
          id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, facility INTEGER NOT NULL, severity INTEGER NOT NULL,
          sent_at TEXT, host TEXT, app TEXT, procid TEXT, msgid TEXT, structured_data TEXT, message TEXT)""", """
        CREATE TABLE IF NOT EXISTS dead_letters(
          id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,
          raw BLOB NOT NULL)"""};

    static SqliteDialect of(String url) {
        String place = url.substring(PREFIX.length());
        if (place.startsWith("file:")) {
            place = place.substring("file:".length());
        }
        if (place.isBlank()
                || place.startsWith("?")
                || place.startsWith(":")
                || place.toLowerCase(Locale.ROOT).contains("mode=memory")) {
            throw new IllegalArgumentException("--db " + JdbcUrl.redacted(url)
                    + ": names no file, and what is received must last; allowed: jdbc:sqlite:FILE");
        }
        return new SqliteDialect(url);
    }

    @Override
    public String shownUrl() {
        return JdbcUrl.redacted(url);
    }

    @Override
    public int writers(int asked) {
        return 1;
    }

    @Override
    public SqliteWriter connect(Duration timeout) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "PRAGMA busy_timeout=" + shorter(timeout, LONGEST_BUSY_WAIT).toMillis());
            try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode=WAL")) {
                if (!mode.next() || !"wal".equals(mode.getString(1))) {
                    throw new SQLException("its file system does not carry a write-ahead log");
                }
            }
            statement.execute("PRAGMA synchronous=FULL");
            statement.execute("PRAGMA cache_size=-16384"); // KiB
            statement.execute("PRAGMA journal_size_limit=67108864"); // a log grown by a long reader shrinks again
            return new SqliteWriter(connection);
        } catch (SQLException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public Claim claim(Writer writer) throws SQLException {
        try (Statement statement = writer.connection().createStatement();
                ResultSet main = statement.executeQuery("SELECT file FROM pragma_database_list WHERE name = 'main'")) {
            String file = main.next() ? main.getString(1) : null;
            if (file == null || file.isEmpty()) {
                return Claim.NONE; // nobody else can have it
            }
            return FileClaim.of(Path.of(file).toRealPath());
        } catch (IOException | InvalidPathException e) {
            throw new SQLException("its file cannot be found again: " + e, e);
        }
    }

    @Override
    public void prepareSchema(Writer writer) throws SQLException {
        try (Statement statement = writer.connection().createStatement()) {
            for (String table : TABLES) {
                statement.execute(table);
            }
            requireShape(statement, "messages", Tables.MESSAGE_COLUMNS);
            requireShape(statement, "dead_letters", Tables.DEAD_LETTER_COLUMNS);
        }
    }

    /** A table somebody else made may lack a column, or take an id twice. */
    private static void requireShape(Statement statement, String table, String columns) throws SQLException {
        try (ResultSet found = statement.executeQuery("SELECT (SELECT group_concat(name, ', ') FROM"
                + " (SELECT name FROM pragma_table_info('" + table + "') WHERE pk = 1)),"
                + " (SELECT count(*) FROM pragma_table_info('" + table + "') WHERE pk > 0)")) {
            found.next();
            if (!"id".equals(found.getString(1)) || found.getInt(2) != 1) {
                throw new ForeignTableException(
                        "it has a table '" + table + "' whose primary key is not its column id");
            }
        }
        try {
            statement
                    .executeQuery("SELECT " + columns + " FROM " + table + " LIMIT 0")
                    .close();
        } catch (SQLException e) {
            throw new ForeignTableException("it has a table '" + table + "' without the columns " + columns);
        }
    }

    /** The result codes that a value can cause. Extended codes carry theirs in the low byte. */
    static boolean isDataError(SQLiteException failure) {
        return switch (primaryCode(failure)) {
            case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH -> true;
            default -> false;
        };
    }

    private static SQLiteErrorCode primaryCode(SQLiteException failure) {
        return SQLiteErrorCode.getErrorCode(failure.getResultCode().code & 0xff);
    }

    @Override
    public String remedy(SQLException failure) {
        if (failure instanceof ForeignTableException) {
            return ForeignTableException.REMEDY;
        }
        if (failure instanceof FileClaim.NotClaimedException claim) {
            return claim.remedy();
        }
        if (!(failure instanceof SQLiteException sqlite)) {
            return "name a file on a local disk";
        }
        return switch (primaryCode(sqlite)) {
            case SQLITE_NOTADB -> "name another file, or move this one away";
            case SQLITE_CORRUPT -> "the file is damaged: restore it, or name another one";
            case SQLITE_CANTOPEN -> "does its folder exist, may this user write there, and is it not a folder itself?";
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
                "this user may not write there: change its rights, or name" + " another file";
            case SQLITE_FULL -> "make room on its disk";
            case SQLITE_BUSY, SQLITE_LOCKED -> "another process holds its write lock: let that one end";
            case SQLITE_IOERR -> "its disk failed, or is full: see the system's log";
            default -> "see SQLite's result codes";
        };
    }
}
