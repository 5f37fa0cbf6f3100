// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A task that throws, and an executor that keeps that to itself. */
public final class ExecutorByHand {

    private ExecutorByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        // snippet
        AtomicInteger heardOf = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((dead, thrown) -> heardOf.incrementAndGet());
            return thread;
        });
        AtomicInteger sum = new AtomicInteger();
        for (String word : List.of("1", "two", "3", "four")) {
            Future<?> unused = pool.submit(() -> sum.addAndGet(Integer.parseInt(word)));
        }
        pool.shutdown();
        out.line("all done: %s", pool.awaitTermination(1, TimeUnit.MINUTES));
        out.line("1, two, 3 and four make %d; exceptions heard of: %d", sum.get(), heardOf.get());
        // end
        return "2 failed, " + heardOf + " heard of";
    }
}
