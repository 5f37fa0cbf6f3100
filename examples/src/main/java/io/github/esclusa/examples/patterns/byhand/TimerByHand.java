// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A cancel whose answer is the same before the consequence and during it, and a periodic task that throws and is gone. */
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
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch reminded = new CountDownLatch(20);
        AtomicInteger heardOf = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        // snippet
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((dead, thrown) -> heardOf.incrementAndGet());
            return thread;
        });
        ScheduledFuture<?> late = timer.schedule(
                () -> {
                    running.countDown();
                    Cue.await(answered);
                    out.line("you have not acted in time: your order is void");
                },
                50,
                TimeUnit.MILLISECONDS);
        ScheduledFuture<?> early = timer.schedule(() -> out.line("not reached"), 50, TimeUnit.MILLISECONDS);
        running.await(); // on the one thread: the early one has not begun
        out.line("cancelled while it runs: %s", late.cancel(false));
        out.line("cancelled before it has begun: %s", early.cancel(false));
        answered.countDown(); // and the consequence is carried out

        ScheduledFuture<?> unusedPrompt = timer.scheduleAtFixedRate(
                () -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("no window to ask in");
                },
                0,
                1,
                TimeUnit.MILLISECONDS);
        ScheduledFuture<?> unusedReminder = timer.scheduleAtFixedRate(reminded::countDown, 0, 1, TimeUnit.MILLISECONDS);
        reminded.await();
        out.line("20 reminders came; prompts: %d, exceptions heard of: %d", asked.get(), heardOf.get());
        timer.shutdownNow();
        // end
        return "2 cancels that say the same, 1 prompt gone";
    }
}
