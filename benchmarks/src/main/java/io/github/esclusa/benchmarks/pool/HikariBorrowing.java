// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.openjdk.jmh.infra.Blackhole;

/**
 * HikariCP over connections that do nothing, as its authors measure it. It asks a connection whether it is alive only after half
 * a second of idleness, which does not occur here.
 */
record HikariBorrowing(HikariDataSource pool) implements Borrowing {

    static Borrowing open() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(new StubDataSource());
        config.setMinimumIdle(SIZE);
        config.setMaximumPoolSize(SIZE);
        config.setConnectionTimeout(TIMEOUT_SECONDS * 1000L);
        return new HikariBorrowing(new HikariDataSource(config));
    }

    @Override
    public void borrow(Blackhole user) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            user.consume(connection);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
