// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A bare queue and a thread that empties it: the shortest program, and its last messages stay where they are. */
public final class QueueByHand {

    private QueueByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        List<String> stored = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        // snippet
        BlockingQueue<String> queue = new ArrayBlockingQueue<>(10);
        ExecutorService consumer = Executors.newSingleThreadExecutor();
        Callable<Void> storeAll = () -> {
            while (true) {
                stored.add(queue.take());
                busy.countDown();
                slow.await();
            }
        };
        Future<Void> unused = consumer.submit(storeAll);
        for (String word : List.of("to", "be", "or", "not")) {
            queue.put(word);
        }
        busy.await();
        consumer.shutdownNow(); // the usual end of a thread that waits for a queue
        out.line("ended: %s", consumer.awaitTermination(1, TimeUnit.MINUTES));
        out.line("stored %s, left behind %s", stored, queue);
        out.line("one more, for nobody: %s", queue.offer("more"));
        // end
        return "4 taken in, " + stored.size() + " stored";
    }
}
