// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.coordination.testing.Torture;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random timers, used and closed by several threads at random moments, against an oracle that believes only the answers
 * it was given and the callbacks that ran. {@link Torture} has the options; that this can fail is shown by
 * {@code timers.list}.
 */
class TimersTortureTest {

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void nothingIsLostDoubledLateToItsAnswerOrHung() throws InterruptedException {
        new Torture("esclusa.timers.torture", 300, Timers.class)
                .run((seed, threads) -> new TortureRun(new Random(seed), threads).run());
    }
}
