// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.postgresql.Driver;

/**
 * PostgreSQL. Rows go in by binary {@code COPY}; durability is the server's own ({@code fsync} and
 * {@code synchronous_commit}, both on unless its administrator turned them off).
 */
record PostgresDialect(String url) implements Dialect {

    static final String PREFIX = "jdbc:postgresql:";

    private static final long LONGEST_CONNECT_SECONDS = 5;

    /** Serialises the making of tables by collectors that start together: CREATE TABLE IF NOT EXISTS alone races. */
    private static final long SCHEMA_LOCK = 0x65_73_63_6c_75_73_61L;

    private static final Set<String> TEXT = Set.of("text", "character varying");

    private static final String CREATE = """
            CREATE TABLE IF NOT EXISTS messages(
              id bigint PRIMARY KEY, received_at timestamptz NOT NULL, facility smallint NOT NULL,
              severity smallint NOT NULL, sent_at timestamptz, host text, app text, procid text, msgid text,
              structured_data text, message text);
            CREATE TABLE IF NOT EXISTS dead_letters(
              id bigint PRIMARY KEY, received_at timestamptz NOT NULL, source text NOT NULL, reason text NOT NULL,
              raw bytea NOT NULL)""";

    /** Column, type, and whether the column alone is unique: an insert that ignores known ids needs that of the id. */
    private static final String SHAPE = """
            SELECT a.attname, format_type(a.atttypid, NULL), EXISTS(
                SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indimmediate AND i.indpred IS NULL
                  AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
            FROM pg_attribute a WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped""";

    /** What the URL, its user's role, the database or the server's own files say wins. */
    private static final String SET_UNLESS_SET =
            "SELECT set_config(name, ?, false) FROM pg_settings WHERE name = ? AND source = 'default'";

    private static final String CLIENT_CHECK_MILLIS = "10000";

    private static final String INVALID_PARAMETER = "22023";

    /**
     * The driver's own log. It says again what its exceptions say, and quotes a URL it cannot read, password included. Held
     * here, since the log manager forgets a logger, and its level, that nobody holds.
     */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static PostgresDialect of(String url) {
        DRIVER_LOG.setLevel(Level.OFF);
        if (Driver.parseURL(url, null) == null) {
            throw new IllegalArgumentException("--db " + JdbcUrl.redacted(url) + ": not a URL that PostgreSQL's driver"
                    + " can read; allowed: jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD");
        }
        return new PostgresDialect(url);
    }

    @Override
    public String shownUrl() {
        return JdbcUrl.redacted(url);
    }

    @Override
    public int writers(int asked) {
        return asked;
    }

    @Override
    public PostgresWriter connect(Duration timeout) throws SQLException {
        long seconds = Math.max(1, timeout.toSeconds());
        Properties defaults = new Properties(); // what the URL itself says wins
        defaults.setProperty("connectTimeout", Long.toString(Math.min(seconds, LONGEST_CONNECT_SECONDS)));
        defaults.setProperty("socketTimeout", Long.toString(seconds));
        defaults.setProperty("tcpKeepAlive", "true");
        defaults.setProperty("ApplicationName", "esclusa-collector");
        defaults.setProperty("reWriteBatchedInserts", "true");
        Connection connection = DriverManager.getConnection(url, defaults);
        try {
            giveUpBefore(timeout, connection);
            return new PostgresWriter(connection);
        } catch (SQLException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Lets the server end a wait for a lock before its client does: that one can only cut the connection, and a session does
     * not notice while it waits. Other things that last are looked after by asking, now and then, whether the client is there.
     */
    private static void giveUpBefore(Duration timeout, Connection connection) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(SET_UNLESS_SET)) {
            set.setString(1, Long.toString(Math.min(timeout.toMillis() * 3 / 4, Integer.MAX_VALUE)));
            set.setString(2, "lock_timeout");
            set.execute();
            set.setString(1, CLIENT_CHECK_MILLIS);
            set.setString(2, "client_connection_check_interval"); // from PostgreSQL 14 on
            set.execute();
        } catch (SQLException e) {
            if (!INVALID_PARAMETER.equals(e.getSQLState())) { // its system cannot ask
                throw e;
            }
        }
    }

    @Override
    public Claim claim(Writer writer) {
        return Claim.NONE;
    }

    @Override
    public void prepareSchema(Writer writer) throws SQLException {
        Connection connection = writer.connection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
            statement.execute(CREATE);
            requireShape(connection, "messages", Tables.MESSAGE_COLUMNS);
            requireShape(connection, "dead_letters", Tables.DEAD_LETTER_COLUMNS);
            connection.commit();
        }
        connection.setAutoCommit(true);
    }

    /** Binary rows fit only these types: a table of others would refuse every row as if the data were at fault. */
    private static void requireShape(Connection connection, String table, String columns) throws SQLException {
        Map<String, String> types = new LinkedHashMap<>();
        boolean uniqueId = false;
        try (PreparedStatement query = connection.prepareStatement(SHAPE)) {
            query.setString(1, table);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    types.put(found.getString(1), found.getString(2));
                    uniqueId |= found.getString(1).equals("id") && found.getBoolean(3);
                }
            }
        }
        for (String column : columns.split(", ", -1)) {
            Set<String> wanted = typesOf(column);
            if (!wanted.contains(types.getOrDefault(column, ""))) {
                throw new ForeignTableException("it has a table '" + table + "' whose column " + column + " is "
                        + types.getOrDefault(column, "missing") + ", not "
                        + wanted.iterator().next());
            }
        }
        if (!uniqueId) {
            throw new ForeignTableException("it has a table '" + table + "' whose column id is not unique");
        }
    }

    private static Set<String> typesOf(String column) {
        return switch (column) {
            case "id" -> Set.of("bigint");
            case "received_at", "sent_at" -> Set.of("timestamp with time zone");
            case "facility", "severity" -> Set.of("smallint");
            case "raw" -> Set.of("bytea");
            default -> TEXT;
        };
    }

    /**
     * The SQLSTATE classes that a value can cause: data exception, constraint violation, and a limit exceeded (a row too
     * large).
     */
    static boolean isDataError(String sqlState) {
        return sqlState.startsWith("22") || sqlState.startsWith("23") || sqlState.startsWith("54");
    }

    @Override
    public String remedy(SQLException failure) {
        if (failure instanceof ForeignTableException) {
            return ForeignTableException.REMEDY;
        }
        String state =
                failure.getSQLState() == null ? "" : failure.getSQLState().toUpperCase(Locale.ROOT);
        return switch (state) {
            case "08001", "08004", "08006" -> "is PostgreSQL running there, and are the URL's host and port right?";
            case "28000", "28P01" -> "check the URL's user and password";
            case "3D000" -> "create that database first, with createdb";
            case "42501" -> "grant this user the right to create and fill its tables";
            case "53100" -> "make room on the server's disk";
            case "53300" -> "lower --writers, or raise the server's max_connections";
            case "55P03" -> "another session keeps its tables locked: see the server's pg_locks";
            case "57P01", "57P02", "57P03" -> "the server is stopping or starting: wait for it";
            default -> "see the server's log (SQLSTATE " + (state.isEmpty() ? "not given" : state) + ")";
        };
    }
}
