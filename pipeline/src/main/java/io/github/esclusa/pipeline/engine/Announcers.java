// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.waiting.WaitLock;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.SettlementListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;

/**
 * The threads that tell user code of the end: callbacks in line of the close while the pipeline drains, or another where a
 * further shutdown finds the first held up, and the listener of what a sweep took. User code may block its thread for good; a
 * sweep finds it stuck then, and interrupts it.
 *
 * <pre>
 *   between callbacks ──enters──▶ in a callback ──a sweep looks──▶ stuck
 *           ▲──────────leaves───────────┴────────────────────────────┘
 * </pre>
 *
 * <p>Only who is stuck is interrupted, and only in the callback in which the sweep found it: a thread leaves one under the lock
 * that is held while it is interrupted, and leaves the flag behind. So no interrupt reaches our own code or the callback after.
 */
final class Announcers {

    private final String pipeline;

    /** Kept when they have ended, as workers are: they are in no callback then. */
    private final Map<Thread, Announcer> byThread = new ConcurrentHashMap<>();

    Announcers(String pipeline) {
        this.pipeline = pipeline;
    }

    /**
     * Announces on a thread of its own; throws what the factory does, or the thread as it starts, and nothing is announced.
     *
     * @param waitedFor whether somebody waits for it ({@link Announcer#awaitEnd}), who alone finds it stuck then
     */
    Announcer start(ThreadFactory factory, boolean waitedFor, Runnable announcement) {
        return start(factory, new Announcer(waitedFor), announcement);
    }

    Announcer start(ThreadFactory factory, Announcer announcer, Runnable announcement) {
        Thread thread = factory.newThread(() -> announcer.run(announcement));
        announcer.thread = thread;
        byThread.put(thread, announcer);
        thread.start();
        return announcer;
    }

    /** Calls a callback on whichever thread this is. Needs no memory. */
    void call(Consumer<? super Admission> callback, Admission answer) {
        Announcer announcer = byThread.get(Thread.currentThread());
        if (announcer == null) {
            callback.accept(answer);
            return;
        }
        announcer.enter();
        try {
            callback.accept(answer);
        } finally {
            announcer.leave();
        }
    }

    /** A listener that is called as callbacks are. */
    SettlementListener<Object> called(SettlementListener<Object> listener) {
        return settlement -> {
            Announcer announcer = byThread.get(Thread.currentThread());
            if (announcer == null) {
                listener.settled(settlement);
                return;
            }
            announcer.enter();
            try {
                listener.settled(settlement);
            } finally {
                announcer.leave();
            }
        };
    }

    /** Those that are in a callback now, and that nobody waits for: stuck, from now on and until they leave it. Does not wait. */
    List<Thread> stuck() {
        List<Thread> stuck = new ArrayList<>();
        for (Announcer announcer : byThread.values()) {
            if (announcer.isStuck()) {
                stuck.add(announcer.thread);
            }
        }
        return stuck;
    }

    /** Interrupts those that are stuck still; with no lock of the pipeline's held, since it runs code of channels. */
    void interrupt() {
        for (Announcer announcer : byThread.values()) {
            announcer.interruptIfStuck(pipeline);
        }
    }

    enum Place {
        BETWEEN,
        IN_CALLBACK,
        STUCK
    }

    /** In how many waits patience with one callback is spent: by this part of it one may be kept longer. */
    private static final int WAITS = 8;

    /** How much more patience there is with one that is between two callbacks. */
    private static final int PATIENT = 10;

    /** One of the threads, and where it is. */
    static class Announcer {

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

        private void run(Runnable announcement) {
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

        private void enter() {
            interrupting.lock();
            try {
                place = Place.IN_CALLBACK;
                long entered = calls + 1;
                calls = entered;
            } finally {
                interrupting.unlock();
            }
        }

        private void leave() {
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
}
