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
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path classes = Path.of(ThreadByHand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Process process = new ProcessBuilder(java.toString(), "-cp", classes.toString(), Report.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(line -> out.line("%s", line));
        }
        out.line("the process has ended, its status is %d", process.waitFor());
        joinWithoutEnd(out);
        return "1 cut off, 1 not joined";
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
                    Cue.await(new CountDownLatch(1)); // a slow disk
                    System.out.println("the report is written");
                });
                System.out.println("made a daemon by nobody, and is one: " + writer.isDaemon());
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
