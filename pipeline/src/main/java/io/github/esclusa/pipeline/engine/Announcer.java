// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.locks.Condition;

/**
 * One of the threads that tell user code of the end, and where it is.
 *
 * <pre>
 *   between callbacks ──enters──▶ in a callback ──a sweep looks──▶ stuck
 *           ▲──────────leaves───────────┴────────────────────────────┘
 * </pre>
 *
 * <p>Only who is stuck is interrupted, and only in the callback in which the sweep found it: a thread leaves one under the lock
 * that is held while it is interrupted, and leaves the flag behind. So no interrupt reaches our own code or the callback after.
 */
class Announcer {

    private enum Place {
        BETWEEN,
        IN_CALLBACK,
        STUCK
    }

    /** In how many waits patience with one callback is spent: by this part of it one may be kept longer. */
    private static final int WAITS = 8;

    /** How much more patience there is with one that is between two callbacks. */
    private static final int PATIENT = 10;

    /** Written before the thread starts and before others can find it. */
    @SuppressWarnings("NullAway.Init")
    private Thread thread;

    /**
     * Held while the thread is interrupted, so that the interrupt cannot hit what the thread does next. The thread alone waits
     * for it. A sweep that finds it taken passes by: the thread is on its way in or out, or another sweep interrupts it.
     */
    private final WaitLock interrupting = new WaitLock();

    /** Written under the lock, read without it as well. */
    private volatile Place place = Place.BETWEEN;

    /**
     * Somebody waits for it patiently: no other sweep calls it stuck for being in a callback. Cleared by whoever waits, under
     * no lock, however the wait ends.
     */
    private volatile boolean waitedFor;

    /** How many callbacks it has entered: written by the thread, under that lock. */
    private volatile long calls;

    /** Of its own, since code of channels runs under the other. */
    private final WaitLock end = new WaitLock();

    private final Condition ended = end.newCondition();

    @GuardedBy("end")
    private boolean over;

    Announcer(boolean waitedFor) {
        this.waitedFor = waitedFor;
    }

    void run(Runnable announcement) {
        try {
            announcement.run();
        } finally {
            end.lock();
            try {
                over = true;
                ended.signalAll();
            } finally {
                end.unlock();
            }
        }
    }

    void enter() {
        interrupting.lock();
        try {
            place = Place.IN_CALLBACK;
            long entered = calls + 1;
            calls = entered;
        } finally {
            interrupting.unlock();
        }
    }

    void leave() {
        interrupting.lock();
        try {
            place = Place.BETWEEN;
        } finally {
            interrupting.unlock();
        }
        Thread.interrupted();
    }

    /**
     * Waits as long as the thread comes on, regardless of interrupts, which are kept. One that has been in one callback for
     * that long is stuck. Between two it is given more time: that is ours, and it may have to wait for a processor.
     *
     * @return {@code true} if it has ended, {@code false} if it is waited for no longer
     */
    boolean awaitEnd(long patienceNanos) {
        boolean interrupted = false;
        try {
            long seen = calls;
            int still = 0;
            do {
                long before = seen;
                interrupted |= awaitOver(patienceNanos / WAITS);
                seen = calls;
                still = seen == before ? still + 1 : 0;
            } while (!isOver() && !givesUp(seen, still));
            return isOver();
        } finally {
            waitedFor = false; // also where there was no memory, or no stack, to wait with
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** For so long at the most; answers whether an interrupt was met. */
    boolean awaitOver(long nanos) {
        boolean interrupted = false;
        long until = System.nanoTime() + nanos;
        end.lock();
        try {
            for (long left = nanos; !over && left > 0; left = until - System.nanoTime()) {
                try {
                    left = ended.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            end.unlock();
        }
        return interrupted;
    }

    private boolean isOver() {
        end.lock();
        try {
            return over;
        } finally {
            end.unlock();
        }
    }

    /** After so many waits, one after the other, in which it has entered no callback. */
    private boolean givesUp(long seen, int still) {
        if (still == 0 || !interrupting.tryLock()) {
            return false; // it is on its way in or out
        }
        try {
            if (calls != seen || still < (place == Place.BETWEEN ? PATIENT * WAITS : WAITS)) {
                return false;
            }
            if (place == Place.IN_CALLBACK) {
                place = Place.STUCK;
            }
            return true;
        } finally {
            interrupting.unlock();
        }
    }

    /** Before it starts, and before others can find it. */
    void isOn(Thread itsThread) {
        thread = itsThread;
    }

    Thread thread() {
        return thread;
    }

    boolean isStuckStill() {
        return place == Place.STUCK;
    }

    boolean isStuck() {
        if (!interrupting.tryLock()) {
            return false;
        }
        try {
            if (place == Place.IN_CALLBACK && !waitedFor) {
                place = Place.STUCK;
            }
            return place == Place.STUCK;
        } finally {
            interrupting.unlock();
        }
    }

    /** Interrupts it if it is stuck still, as {@link Announcers#interrupt} does. */
    void interruptIfStuck(String pipeline) {
        if (!interrupting.tryLock()) {
            return;
        }
        try {
            if (place == Place.STUCK) {
                Worker.interrupt(thread, pipeline);
            }
        } finally {
            interrupting.unlock();
        }
    }
}
