// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import java.io.PrintWriter;
import java.sql.Connection;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Hands out connections that do nothing, at once. */
final class StubDataSource implements DataSource {

    @Override
    public Connection getConnection() {
        return new StubConnection();
    }

    @Override
    public Connection getConnection(String user, String password) {
        return new StubConnection();
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // There is no login.
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw StubConnection.unused();
    }

    @Override
    public PrintWriter getLogWriter() {
        throw StubConnection.unused();
    }

    @Override
    public Logger getParentLogger() {
        throw StubConnection.unused();
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        throw StubConnection.unused();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
