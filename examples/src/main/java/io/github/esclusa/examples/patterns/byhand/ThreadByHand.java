// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A thread that is cut off because of who started it, and a join that does not say what it has found. */
public final class ThreadByHand {

    private ThreadByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted, or no second process can be started
     */
    public static String run(Printer out) throws Exception {
        report(out, "inherited");
        joinWithoutEnd(out);
        return "1 cut off, 1 not joined";
    }

    /**
     * Runs the report, in a process of its own.
     *
     * @param out where its lines go
     * @param daemon {@code chosen}, and the writer is none; {@code inherited}, and it is what comes of that
     * @throws Exception if it is interrupted, or no second process can be started
     */
    public static void report(Printer out, String daemon) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = System.getProperty("java.class.path");
        Process process = new ProcessBuilder(java, "-cp", classes, Report.class.getName(), daemon)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(line -> out.line("%s", line));
        }
        out.line("the process has ended, its status is %d", process.waitFor());
    }

    // snippet
    /** A process of its own. */
    static final class Report {
        public static void main(String[] args) {
            CountDownLatch halfWay = new CountDownLatch(1);
            Thread housekeeper = new Thread(() -> {
                Thread writer = new Thread(() -> {
                    System.out.println("half the report is written");
                    halfWay.countDown();
                    Cue.takeSeconds(2); // a slow disk
                    System.out.println("the report is written");
                });
                if (args[0].equals("chosen")) {
                    writer.setDaemon(false);
                }
                System.out.println("the writer is a daemon: " + writer.isDaemon());
                writer.start();
            });
            housekeeper.setDaemon(true); // which its threads inherit
            housekeeper.start();
            Cue.await(halfWay);
        }
    }

    static void joinWithoutEnd(Printer out) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Thread worker = Cue.started(never::await);
        worker.join(50); // without a number: for ever
        out.line("joined, the worker is still there: %s; where, and why, join has not said", worker.isAlive());
        worker.interrupt();
    }
    // end
}
