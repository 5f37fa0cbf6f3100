// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random pools and users. Another number of runs: {@code -Desclusa.pool.torture.runs=}; a failure's seed again:
 * {@code -Desclusa.pool.torture.seed=}. That this can fail is shown by {@code src/test/mutants/pool.list}.
 */
class PoolTortureTest {

    private static final int RUNS = Integer.getInteger("esclusa.pool.torture.runs", 300);

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void nothingIsLostDoubledOrHung() throws InterruptedException {
        long seed = Long.getLong("esclusa.pool.torture.seed", System.nanoTime());
        assertThat(PoolTorture.run(seed, RUNS)).isNull();
    }
}
