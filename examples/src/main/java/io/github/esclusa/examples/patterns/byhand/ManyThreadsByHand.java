// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Results in the order of finishing, and tasks that go on though another's failure has made them pointless. */
public final class ManyThreadsByHand {

    private ManyThreadsByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        // snippet
        List<String> pages = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch third = new CountDownLatch(1);
        List<Thread> threads = List.of(
                new Thread(() -> {
                    Cue.await(second);
                    pages.add("page 1");
                }),
                new Thread(() -> {
                    Cue.await(third);
                    pages.add("page 2");
                    second.countDown();
                }),
                new Thread(() -> {
                    pages.add("page 3");
                    third.countDown();
                }));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        out.line("asked for pages 1, 2, 3; what came is %s", pages);

        ExecutorService pool = Executors.newFixedThreadPool(2);
        List<Future<String>> all = pool.invokeAll(List.<Callable<String>>of(
                () -> {
                    throw new IOException("page 1 is gone");
                },
                () -> {
                    Thread.sleep(50); // and would be interrupted here, if anybody told it
                    return "page 2, for nobody";
                }));
        pool.shutdown();
        out.line("page 1 has failed, and meanwhile came %s", all.get(1).get());
        // end
        return "3 out of order, 1 not told of a failure";
    }
}
