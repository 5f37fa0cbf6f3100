// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.SettlementListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * The threads that tell user code of the end: callbacks in line of the close while the pipeline drains, or another where a
 * further shutdown finds the first held up, and the listener of what a sweep took. User code may block its thread for good; a
 * sweep finds it stuck then, and interrupts it.
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
        announcer.isOn(thread);
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
                stuck.add(announcer.thread());
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
}
