// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;

/** A cancel whose answer says too little, and a timer that one throwing task puts an end to. */
public final class TimerByHand {

    private TimerByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch dead = new CountDownLatch(1);
        // snippet
        Timer timer = new Timer("prompts", true);
        TimerTask pending = task(() -> out.line("you have not acted in time"));
        timer.schedule(pending, 30_000);
        pending.cancel();
        out.line("cancel of one that was cancelled: %s", pending.cancel());
        TimerTask expired = task(() -> {
            running.countDown();
            Cue.await(goOn);
        });
        timer.schedule(expired, 0);
        running.await();
        out.line("cancel of one that runs: %s", expired.cancel());
        goOn.countDown();

        timer.schedule(task(() -> out.line("another user's prompt")), 30_000);
        TimerTask broken = task(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> dead.countDown());
            throw new IllegalStateException("no window to ask in");
        });
        timer.schedule(broken, 0);
        dead.await(); // and with it the other user's prompt
        try {
            timer.schedule(task(() -> out.line("not reached")), 0);
        } catch (IllegalStateException e) {
            out.line("the next prompt: %s", e.getMessage());
        }
        // end
        return "2 cancels that say nothing, 1 timer dead";
    }

    private static TimerTask task(Runnable work) {
        return new TimerTask() {
            @Override
            public void run() {
                work.run();
            }
        };
    }
}
