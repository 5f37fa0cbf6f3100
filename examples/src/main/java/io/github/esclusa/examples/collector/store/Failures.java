// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import io.github.esclusa.coordination.pool.PoolException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/** Tells whose fault a failure is: that of a value, which will be refused again, or that of the database. */
final class Failures {

    /** Deep enough for every wrapper between a driver and a sink; chains of causes can be circular. */
    private static final int MAX_DEPTH = 20;

    private Failures() {}

    static boolean isDataError(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof PoolException) {
                return false; // no connection was to be had: whatever the database says of that, it saw no value
            }
            if (cause instanceof SQLiteException sqlite) {
                return SqliteDialect.isDataError(sqlite);
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return PostgresDialect.isDataError(sql.getSQLState());
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Whether what failed may have been written all the same. */
    static boolean mayBeWritten(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof LostAnswerException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** The database's own words for a failure, wherever they are in the chain. */
    static @Nullable SQLException sqlCause(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
            cause = cause.getCause();
        }
        return null;
    }

    /**
     * What a failure says, on one line, to be followed by a remedy. PostgreSQL's driver says only that an attempt to connect, or
     * a read, has failed: of what, its cause says.
     */
    static String said(Exception failure) {
        String said = withoutFullStop(oneLine(failure));
        Throwable cause = failure instanceof SQLException ? failure.getCause() : null;
        if (cause instanceof UnknownHostException) {
            return said + ": unknown host " + cause.getMessage();
        }
        // A connection refused is in the driver's own words already.
        return cause instanceof IOException && !(cause instanceof ConnectException)
                ? said + ": " + withoutFullStop(oneLine(cause))
                : said;
    }

    private static String withoutFullStop(String said) {
        return said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
    }

    /** What a failure says, on one line. */
    static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
