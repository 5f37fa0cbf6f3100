// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.waiting.WaitLock;
import io.github.esclusa.pipeline.report.Admission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * The threads that tell callbacks in line of the close while the pipeline drains: one, or another where a further shutdown
 * finds the first held up. A callback may block its thread for good; a sweep finds it stuck then, and interrupts it.
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

    /** Announces on a thread of its own; throws what the factory does, or the thread as it starts, and nothing is announced. */
    void start(ThreadFactory factory, Runnable announcement) {
        Thread thread = factory.newThread(announcement);
        byThread.put(thread, new Announcer(thread));
        thread.start();
    }

    /** Calls a callback on whichever thread this is. Needs no memory. */
    void call(Consumer<? super Admission> callback, Admission answer) {
        Announcer announcer = byThread.get(Thread.currentThread());
        if (announcer == null) {
            callback.accept(answer);
            return;
        }
        announcer.moveTo(Place.IN_CALLBACK);
        try {
            callback.accept(answer);
        } finally {
            announcer.moveTo(Place.BETWEEN);
            Thread.interrupted();
        }
    }

    /** Those that are in a callback now: stuck, from now on and until they leave it. Does not wait. */
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

    private enum Place {
        BETWEEN,
        IN_CALLBACK,
        STUCK
    }

    private static final class Announcer {

        private final Thread thread;

        /**
         * Held while the thread is interrupted, so that the interrupt cannot hit what the thread does next. The thread alone waits
         * for it. A sweep that finds it taken passes by: the thread is on its way in or out, or another sweep interrupts it.
         */
        private final WaitLock interrupting = new WaitLock();

        @GuardedBy("interrupting")
        private Place place = Place.BETWEEN;

        Announcer(Thread thread) {
            this.thread = thread;
        }

        void moveTo(Place to) {
            interrupting.lock();
            try {
                place = to;
            } finally {
                interrupting.unlock();
            }
        }

        boolean isStuck() {
            if (!interrupting.tryLock()) {
                return false;
            }
            try {
                if (place == Place.IN_CALLBACK) {
                    place = Place.STUCK;
                }
                return place == Place.STUCK;
            } finally {
                interrupting.unlock();
            }
        }

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
