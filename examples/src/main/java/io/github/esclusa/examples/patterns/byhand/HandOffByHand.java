// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A slot for one message between two locks, whose taker reads it after it has let the giver go on. */
public final class HandOffByHand {

    private HandOffByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        List<String> received = new ArrayList<>();
        program(out, received);
        return "2 sent, " + received.size() + " received, and not the first";
    }

    // snippet
    private static final class Slot {
        private final Semaphore empty = new Semaphore(1);
        private final Semaphore full = new Semaphore(0);
        private final Semaphore nextWritten = new Semaphore(0); // what luck decides elsewhere
        private String message = "";

        void put(String next) {
            empty.acquireUninterruptibly();
            boolean first = message.isEmpty();
            message = next;
            if (!first) {
                nextWritten.release();
            }
            full.release();
        }

        String take() {
            full.acquireUninterruptibly();
            empty.release(); // done: the next may come ...
            nextWritten.acquireUninterruptibly();
            return message; // ... and is here already
        }
    }

    private static void program(Printer out, List<String> received) throws InterruptedException {
        Slot slot = new Slot();
        Thread giver = new Thread(() -> List.of("one", "two", "stop").forEach(slot::put));
        Thread taker = new Thread(() -> {
            for (String message = slot.take(); !message.equals("stop"); message = slot.take()) {
                received.add(message);
            }
        });
        giver.start();
        taker.start();
        giver.join();
        taker.join();
        out.line("sent one, two and the word to stop; received %s", received);
    }
    // end
}
