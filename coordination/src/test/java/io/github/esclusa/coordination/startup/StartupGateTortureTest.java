// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.coordination.testing.Torture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random gates with random components, started, interrupted, stopped and closed at random moments, against an oracle
 * that keeps its own accounts. {@link Torture} has the options; that this can fail is shown by {@code gate.list}.
 */
class StartupGateTortureTest {

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void whateverHappensEachStartedComponentIsClosedOnceAndEverybodyGetsAnAnswer() throws InterruptedException {
        new Torture("esclusa.gate.torture", 1_000, StartupGate.class)
                .run((seed, threads) -> new TortureRun(seed).run());
    }
}
