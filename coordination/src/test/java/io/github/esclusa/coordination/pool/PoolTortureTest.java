// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import io.github.esclusa.coordination.testing.Torture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random pools and users. {@link Torture} has the options; that this can fail is shown by {@code pool.list}. */
class PoolTortureTest {

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void nothingIsLostDoubledOrHung() throws InterruptedException {
        new Torture("esclusa.pool.torture", 300, ResourcePool.class)
                .run((seed, threads) -> new TortureRun(seed, threads).run());
    }
}
