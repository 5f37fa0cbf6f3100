// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * Random gates with random components, started, interrupted, stopped and closed at random moments, against an oracle
 * that keeps its own accounts. A failure names its seed: {@code -Desclusa.gate.torture.seed=...
 * -Desclusa.gate.torture.runs=1} repeats it. That this can fail is shown by {@code src/test/mutants/gate.list}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class StartupGateTortureTest {

    private static final Logger gateLog = (Logger) LoggerFactory.getLogger(StartupGate.class);

    @BeforeAll
    static void silence() {
        gateLog.setLevel(Level.OFF); // failures on purpose, by the thousand
    }

    @AfterAll
    static void speak() {
        gateLog.setLevel(null);
    }

    @Test
    void whateverHappensEachStartedComponentIsClosedOnceAndEverybodyGetsAnAnswer() throws Exception {
        int runs = Integer.getInteger("esclusa.gate.torture.runs", 1_000);
        long seed = Long.getLong("esclusa.gate.torture.seed", new Random().nextLong());
        for (int run = 0; run < runs; run++, seed++) {
            try {
                new TortureRun(seed).run();
            } catch (Throwable e) {
                throw new AssertionError("torture run failed, seed " + seed + "\n" + threads(), e);
            }
        }
        assertThat(runs).isPositive();
    }

    private static String threads() {
        StringBuilder dump = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            dump.append(entry.getKey()).append('\n');
            for (StackTraceElement frame : entry.getValue()) {
                dump.append("    at ").append(frame).append('\n');
            }
        }
        return dump.toString();
    }
}
