// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.LoggerFactory;

/**
 * Runs random scenarios one after the other, each from its own seed and from its first step to its last under a watchdog.
 *
 * <p>With the prefix {@code esclusa.pool.torture}: {@code -Desclusa.pool.torture.runs=} says how many seeds,
 * {@code .seed=} which is the first, {@code .repeat=} how often each is run (the seed repeats the choices, not the race),
 * {@code .watchdog=} how many seconds one may take.
 */
public final class Torture {

    private static final Logger log = (Logger) LoggerFactory.getLogger(Torture.class);

    /** So many seeds are announced at a time: what is known after a crash of the JVM. */
    private static final int ANNOUNCED = 100;

    private final String prefix;
    private final Class<?> silenced;
    private final int runs;
    private final int repeat;
    private final int watchdogSeconds;
    private final long firstSeed;

    /**
     * A torture as the system properties ask for it.
     *
     * @param prefix the properties' prefix
     * @param standardRuns how many seeds, if no property says so
     * @param silenced whose log is switched off meanwhile: it would be told of failures by the thousand
     */
    public Torture(String prefix, int standardRuns, Class<?> silenced) {
        this.prefix = prefix;
        this.silenced = silenced;
        runs = Integer.getInteger(prefix + ".runs", standardRuns);
        repeat = Integer.getInteger(prefix + ".repeat", 1);
        watchdogSeconds = Integer.getInteger(prefix + ".watchdog", 60);
        firstSeed = Long.getLong(prefix + ".seed", System.nanoTime());
    }

    /** One scenario, from making what is tortured to judging it. */
    @FunctionalInterface
    public interface Scenario {

        /**
         * Runs it.
         *
         * @param seed all its choices follow from it
         * @param threads where its users run
         * @throws Exception if it fails
         */
        void run(long seed, ExecutorService threads) throws Exception;
    }

    /**
     * Runs a scenario for each seed.
     *
     * @param scenario the scenario
     * @throws InterruptedException if interrupted
     * @throws AssertionError if one fails or hangs; it names the seed, and shows all threads
     */
    public void run(Scenario scenario) throws InterruptedException {
        if (runs < 1 || repeat < 1) {
            throw new IllegalArgumentException(prefix + ": nothing to run: runs " + runs + ", repeat " + repeat);
        }
        Logger ofTheTortured = (Logger) LoggerFactory.getLogger(silenced);
        ExecutorService threads = Executors.newCachedThreadPool();
        log.setLevel(Level.INFO);
        ofTheTortured.setLevel(Level.OFF);
        try {
            for (int run = 0; run < runs; run++) {
                if (run % ANNOUNCED == 0) {
                    log.info("{}: from seed {}, run {} of {}", prefix, firstSeed + run, run + 1, runs);
                }
                for (int i = 0; i < repeat; i++) {
                    watch(firstSeed + run, scenario, threads);
                }
            }
        } finally {
            ofTheTortured.setLevel(null);
            threads.shutdownNow();
        }
        if (!threads.awaitTermination(watchdogSeconds, TimeUnit.SECONDS)) {
            throw new AssertionError(prefix + ": users are left over" + allThreads());
        }
    }

    private void watch(long seed, Scenario scenario, ExecutorService threads) throws InterruptedException {
        Future<?> running = threads.submit(() -> {
            scenario.run(seed, threads);
            return null;
        });
        String again = "-D" + prefix + ".seed=" + seed + " -D" + prefix + ".runs=1";
        try {
            running.get(watchdogSeconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed; " + again + ": " + e.getCause() + allThreads(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("hung; " + again + allThreads(), e);
        }
    }

    private static String allThreads() {
        StringBuilder dump = new StringBuilder("\nAll threads:");
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            dump.append("\n  ")
                    .append(thread.getKey())
                    .append(' ')
                    .append(thread.getKey().getState());
            for (StackTraceElement frame : thread.getValue()) {
                dump.append("\n    at ").append(frame);
            }
        }
        return dump.toString();
    }
}
