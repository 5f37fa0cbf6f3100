// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/** A number, a lock beside it, and one place in the program that has forgotten the lock. */
public final class LockByHand {

    private static int count;

    private LockByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        count = 0;
        // snippet
        ReentrantLock lock = new ReentrantLock(); // guards count: so says this comment
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        Thread careful = new Thread(() -> {
            lock.lock();
            try {
                int before = count;
                read.countDown();
                Cue.await(written); // the lock is held, and the other comes between all the same
                count = before + 1;
            } finally {
                lock.unlock();
            }
        });
        Thread forgetful = new Thread(() -> {
            Cue.await(read);
            count = count + 1; // compiles without the lock
            written.countDown();
        });
        careful.start();
        forgetful.start();
        careful.join();
        forgetful.join();
        out.line("2 threads have added 1 each, one of them under the lock: the count is %d", count);
        // end
        return "2 added, 1 lock forgotten, " + count + " counted";
    }
}
