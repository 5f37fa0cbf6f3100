// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

/**
 * A connection that does nothing and is always alive: what HikariCP calls of it answers at once, the rest is not called. Written
 * out, as a {@code java.lang.reflect.Proxy} would cost what is to be measured.
 */
final class StubConnection implements Connection {

    static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("no benchmark calls this");
    }

    @Override
    public void abort(Executor arg0) {
        // Nothing to do.
    }

    @Override
    public void clearWarnings() {
        // Nothing to do.
    }

    @Override
    public void close() {
        // Nothing to do.
    }

    @Override
    public void commit() {
        // Nothing to do.
    }

    @Override
    public Array createArrayOf(String arg0, Object[] arg1) {
        throw unused();
    }

    @Override
    public Blob createBlob() {
        throw unused();
    }

    @Override
    public Clob createClob() {
        throw unused();
    }

    @Override
    public NClob createNClob() {
        throw unused();
    }

    @Override
    public SQLXML createSQLXML() {
        throw unused();
    }

    @Override
    public Statement createStatement() {
        throw unused();
    }

    @Override
    public Statement createStatement(int arg0, int arg1) {
        throw unused();
    }

    @Override
    public Statement createStatement(int arg0, int arg1, int arg2) {
        throw unused();
    }

    @Override
    public Struct createStruct(String arg0, Object[] arg1) {
        throw unused();
    }

    @Override
    public boolean getAutoCommit() {
        return true;
    }

    @Override
    public String getCatalog() {
        return "";
    }

    @Override
    public Properties getClientInfo() {
        throw unused();
    }

    @Override
    public String getClientInfo(String arg0) {
        throw unused();
    }

    @Override
    public int getHoldability() {
        throw unused();
    }

    @Override
    public DatabaseMetaData getMetaData() {
        throw unused();
    }

    @Override
    public int getNetworkTimeout() {
        return 0;
    }

    @Override
    public String getSchema() {
        return "";
    }

    @Override
    public int getTransactionIsolation() {
        return TRANSACTION_READ_COMMITTED;
    }

    @Override
    public Map<String, Class<?>> getTypeMap() {
        throw unused();
    }

    @Override
    public SQLWarning getWarnings() {
        throw unused();
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public boolean isValid(int arg0) {
        return true;
    }

    @Override
    public boolean isWrapperFor(Class<?> arg0) {
        throw unused();
    }

    @Override
    public String nativeSQL(String arg0) {
        throw unused();
    }

    @Override
    public CallableStatement prepareCall(String arg0) {
        throw unused();
    }

    @Override
    public CallableStatement prepareCall(String arg0, int arg1, int arg2) {
        throw unused();
    }

    @Override
    public CallableStatement prepareCall(String arg0, int arg1, int arg2, int arg3) {
        throw unused();
    }

    @Override
    public PreparedStatement prepareStatement(String arg0) {
        throw unused();
    }

    @Override
    public PreparedStatement prepareStatement(String arg0, int[] arg1) {
        throw unused();
    }

    @Override
    public PreparedStatement prepareStatement(String arg0, String[] arg1) {
        throw unused();
    }

    @Override
    public PreparedStatement prepareStatement(String arg0, int arg1) {
        throw unused();
    }

    @Override
    public PreparedStatement prepareStatement(String arg0, int arg1, int arg2) {
        throw unused();
    }

    @Override
    public PreparedStatement prepareStatement(String arg0, int arg1, int arg2, int arg3) {
        throw unused();
    }

    @Override
    public void releaseSavepoint(Savepoint arg0) {
        throw unused();
    }

    @Override
    public void rollback() {
        throw unused();
    }

    @Override
    public void rollback(Savepoint arg0) {
        throw unused();
    }

    @Override
    public void setAutoCommit(boolean arg0) {
        // Nothing to do.
    }

    @Override
    public void setCatalog(String arg0) {
        // Nothing to do.
    }

    @Override
    public void setClientInfo(Properties arg0) {
        throw unused();
    }

    @Override
    public void setClientInfo(String arg0, String arg1) {
        throw unused();
    }

    @Override
    public void setHoldability(int arg0) {
        throw unused();
    }

    @Override
    public void setNetworkTimeout(Executor arg0, int arg1) {
        // Nothing to do.
    }

    @Override
    public void setReadOnly(boolean arg0) {
        // Nothing to do.
    }

    @Override
    public Savepoint setSavepoint() {
        throw unused();
    }

    @Override
    public Savepoint setSavepoint(String arg0) {
        throw unused();
    }

    @Override
    public void setSchema(String arg0) {
        // Nothing to do.
    }

    @Override
    public void setTransactionIsolation(int arg0) {
        // Nothing to do.
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> types) {
        throw unused();
    }

    @Override
    public <T> T unwrap(Class<T> arg0) {
        throw unused();
    }
}
