// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A queue, an event that is to end the program, and two threads that do not hear of it because they wait for the queue. */
public final class ProducerConsumerByHand {

    private ProducerConsumerByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        producerHangs(out);
        consumerHangs(out);
        return "2 that hang";
    }

    // snippet
    private static void producerHangs(Printer out) throws InterruptedException {
        BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(10);
        AtomicBoolean event = new AtomicBoolean();
        Thread consumer = Cue.started(() -> {
            int taken = queue.take();
            while (taken > 0) { // leaves at 0, the first
                taken = queue.take();
            }
        });
        Thread producer = Cue.started(() -> {
            for (int n = 0; !event.get(); n++) {
                queue.put(n);
            }
        });
        consumer.join();
        Cue.awaitFull(queue);
        Cue.awaitWaiting(producer); // in put
        event.set(true); // which it would look at, if it came back from there
        out.line("the consumer has left; the producer hangs: %s", Cue.hangs(producer));
    }

    private static void consumerHangs(Printer out) throws InterruptedException {
        BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(10);
        AtomicBoolean event = new AtomicBoolean();
        Thread consumer = Cue.started(() -> {
            while (!event.get() || !queue.isEmpty()) {
                queue.take();
            }
        });
        Cue.awaitWaiting(consumer); // in take: it has looked at the event before
        event.set(true);
        out.line("the event has come; the consumer hangs: %s", Cue.hangs(consumer));
    }
    // end
}
