// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How the programs by hand are staged: what luck decides elsewhere, a slow disk or a context switch, waits here for its cue. */
final class Cue {

    /** What a thread does that ends when it is interrupted. */
    @FunctionalInterface
    interface Part {
        void play() throws InterruptedException;
    }

    private Cue() {}

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the cue has not come");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts it", e);
        }
    }

    /** Takes its time, and comes to an end, unlike a wait for what never comes. */
    static void takeSeconds(int seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts it", e);
        }
    }

    static Thread started(Part part) {
        Thread thread = new Thread(() -> {
            try {
                part.play();
            } catch (InterruptedException e) {
                return; // how those that would wait for ever are sent home
            }
        });
        thread.start();
        return thread;
    }

    static void awaitFull(BlockingQueue<?> queue) throws InterruptedException {
        while (queue.remainingCapacity() > 0) {
            Thread.sleep(1);
        }
    }

    /** Not while another thread uses what it uses: a thread that waits for a lock inside of a queue waits, too. */
    static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
    }

    /** Whether a thread is still there after 50 ms; if so, it is sent home. */
    static boolean hangs(Thread thread) throws InterruptedException {
        thread.join(50);
        boolean there = thread.isAlive();
        thread.interrupt();
        thread.join();
        return there;
    }
}
