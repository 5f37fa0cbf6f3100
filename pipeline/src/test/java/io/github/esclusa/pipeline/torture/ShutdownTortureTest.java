// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random pipelines shut down at random moments: 2,000 of them in an ordinary build, 100,000 with {@code -Ptorture}. To
 * repeat a failure: {@code -Desclusa.torture.seed=<seed> -Desclusa.torture.runs=1}.
 */
class ShutdownTortureTest {

    private static final Logger log = LoggerFactory.getLogger(ShutdownTortureTest.class);

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void nothingIsLostDoubledOrHung() throws InterruptedException {
        long runs = Long.getLong("esclusa.torture.runs", 2_000);
        long seed =
                Long.getLong("esclusa.torture.seed", ThreadLocalRandom.current().nextLong(1L << 40));
        log.info("torture: {} runs from seed {}", runs, seed);
        Torture.run(seed, runs);
    }
}
