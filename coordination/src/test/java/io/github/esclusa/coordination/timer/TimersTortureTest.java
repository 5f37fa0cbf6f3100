// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * Random timers, used and closed by several threads at random moments, against an oracle that believes only the answers
 * it was given and the callbacks that ran. A failure names its seed: {@code -Desclusa.timers.torture.seed=...} repeats that
 * run's choices, {@code -Desclusa.timers.torture.runs=...} asks for more runs. That this can fail is shown by
 * {@code src/test/mutants/timers.list}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class TimersTortureTest {

    private static final long SEED = Long.getLong("esclusa.timers.torture.seed", System.nanoTime());
    private static final int RUNS = Integer.getInteger("esclusa.timers.torture.runs", 300);

    @Test
    void nothingIsLostDoubledLateToItsAnswerOrHung() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        Logger log = (Logger) LoggerFactory.getLogger(Timers.class);
        log.setLevel(Level.OFF); // callbacks throw, and executors refuse, by the thousand
        try {
            for (int run = 0; run < RUNS; run++) {
                long seed = SEED + run;
                Future<?> running = threads.submit(() -> {
                    new TortureRun(new Random(seed), threads).run();
                    return null;
                });
                awaitRun(running, seed);
            }
        } finally {
            threads.shutdownNow();
            log.setLevel(null);
        }
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitRun(Future<?> running, long seed) throws InterruptedException {
        try {
            running.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("torture run with seed " + seed + " failed", e.getCause());
        } catch (TimeoutException e) {
            StringBuilder dump = new StringBuilder();
            for (Map.Entry<Thread, StackTraceElement[]> thread :
                    Thread.getAllStackTraces().entrySet()) {
                dump.append('\n').append(thread.getKey());
                for (StackTraceElement frame : thread.getValue()) {
                    dump.append("\n    at ").append(frame);
                }
            }
            fail("torture run with seed %d hung; threads:%s", seed, dump);
        }
    }
}
