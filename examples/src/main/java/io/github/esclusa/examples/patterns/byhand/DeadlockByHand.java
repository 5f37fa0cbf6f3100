// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A thread that waits for itself, and two that wait for each other. */
public final class DeadlockByHand {

    private DeadlockByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        waitForMyself(out);
        waitForEachOther(out);
        return "2 deadlocks, found once they were there";
    }

    // snippet
    private static void waitForMyself(Printer out) throws InterruptedException {
        Semaphore plain = new Semaphore(1); // a lock that does not know who holds it
        plain.acquire();
        boolean again = plain.tryAcquire(50, TimeUnit.MILLISECONDS); // acquire() would never come back
        out.line("the same thread, a second time: %s", again);
    }

    private static void waitForEachOther(Printer out) throws InterruptedException {
        ReentrantLock left = new ReentrantLock();
        ReentrantLock right = new ReentrantLock();
        CountDownLatch bothHoldOne = new CountDownLatch(2);
        Thread one = new Thread(() -> takeBoth(left, right, bothHoldOne, out), "left-first");
        Thread two = new Thread(() -> takeBoth(right, left, bothHoldOne, out), "right-first");
        one.start();
        two.start();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        while (threads.findDeadlockedThreads() == null) {
            Thread.sleep(1);
        }
        ThreadInfo stuck = threads.getThreadInfo(one.getId());
        out.line("deadlock: '%s' waits for what '%s' holds", stuck.getThreadName(), stuck.getLockOwnerName());
        one.interrupt(); // the only way out, and lock() would not even hear it
        one.join();
        two.join();
    }

    private static void takeBoth(ReentrantLock first, ReentrantLock second, CountDownLatch bothHoldOne, Printer out) {
        first.lock();
        try {
            bothHoldOne.countDown();
            Cue.await(bothHoldOne);
            second.lockInterruptibly();
            second.unlock();
            out.line("%s had both", Thread.currentThread().getName());
        } catch (InterruptedException e) {
            out.line("%s was sent away", Thread.currentThread().getName());
        } finally {
            first.unlock();
        }
    }
    // end
}
