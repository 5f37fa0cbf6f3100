// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.concurrent.CountDownLatch;

/** Three parts of a service wait for one another before they work; one cannot start, and the other two wait on. */
public final class BarrierByHand {

    private BarrierByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        // snippet
        CountDownLatch ready = new CountDownLatch(3);
        Thread database = Cue.started(() -> {
            ready.countDown();
            ready.await();
            out.line("the database works");
        });
        Thread listener = new Thread(() -> {
            throw new IllegalStateException("port 514 is in use"); // before its countDown
        });
        listener.setUncaughtExceptionHandler((thread, cause) -> out.line("the listener: %s", cause.getMessage()));
        listener.start();
        listener.join();
        Thread metrics = Cue.started(() -> {
            ready.countDown();
            ready.await();
            out.line("the metrics work");
        });
        boolean databaseHangs = Cue.hangs(database);
        boolean metricsHang = Cue.hangs(metrics);
        out.line(
                "still waiting: database %s, metrics %s; the latch is at %d",
                databaseHangs, metricsHang, ready.getCount());
        // end
        return "1 failed, 2 wait for ever";
    }
}
