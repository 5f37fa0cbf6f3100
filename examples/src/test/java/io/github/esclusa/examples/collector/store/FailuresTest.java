// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.esclusa.coordination.pool.ResourcePool;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailuresTest {

    /** A batch would be halved down to dead letters, each of which would fail as well. */
    @Test
    void whatTheDatabaseSaysOfAConnectionIsNotTheDatas() throws Exception {
        SQLException refused = new SQLException("invalid value for parameter", "22023");
        try (ResourcePool<String> pool = ResourcePool.<String>builder("connections")
                .create(() -> {
                    throw refused;
                })
                .open()) {
            Throwable failure = catchThrowable(() -> pool.acquire(Duration.ofSeconds(30)));
            assertThat(failure).hasRootCause(refused);
            assertThat(Store.isDataError(new StoreException("cannot insert", failure)))
                    .isFalse();
            assertThat(Store.isDataError(new StoreException("cannot insert", refused)))
                    .as("said of rows")
                    .isTrue();
        }
    }
}
