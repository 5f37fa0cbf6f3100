// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs scenarios one after the other under a watchdog; the seed of a failure repeats it. */
public final class Torture {

    /** Far more than a run takes: a drain has 60 seconds, and must never need them. */
    private static final long WATCHDOG_SECONDS = Long.getLong("esclusa.torture.watchdog", 30);

    private Torture() {}

    /**
     * Runs scenarios.
     *
     * @param firstSeed the first one's seed; the others follow
     * @param runs how many
     * @throws InterruptedException if interrupted
     */
    public static void run(long firstSeed, long runs) throws InterruptedException {
        ExecutorService watched = Executors.newCachedThreadPool();
        try {
            for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
                Scenario scenario = Scenario.of(seed);
                Future<?> run = watched.submit(() -> {
                    new TortureRun(scenario).run();
                    return null;
                });
                try {
                    run.get(WATCHDOG_SECONDS, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    throw new AssertionError("hung: seed " + seed + "\n" + scenario + "\n" + threadDump(), e);
                } catch (ExecutionException e) {
                    throw new AssertionError("failed: seed " + seed, e.getCause());
                }
            }
        } finally {
            watched.shutdownNow();
        }
    }

    private static String threadDump() {
        StringBuilder dump = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            dump.append('"')
                    .append(entry.getKey().getName())
                    .append("\" ")
                    .append(entry.getKey().getState())
                    .append('\n');
            for (StackTraceElement frame : entry.getValue()) {
                dump.append("    at ").append(frame).append('\n');
            }
        }
        return dump.toString();
    }

    /**
     * Runs scenarios from the command line, and ends with 1 if one fails.
     *
     * @param args the first seed, and how many runs
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        long start = System.nanoTime();
        try {
            run(Long.parseLong(args[0]), Long.parseLong(args[1]));
        } catch (AssertionError e) {
            System.out.println("CAUGHT " + e.getMessage()
                    + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
            System.exit(1);
        }
        System.out.println("survived " + args[1] + " runs from seed " + args[0] + " in "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
        System.exit(0);
    }
}
