// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells user code of the pipeline's end: the listener of what the end takes, callbacks in line of the close. On whose thread, for
 * how long it is waited for, and what of it failed is logged here; what is told is counted in {@link Ending}.
 */
final class LastWords {

    private static final SafeLog log = SafeLog.of(LastWords.class);

    /** How long one call of user code may take when no time is left. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String pipeline;
    private final Machine machine;
    private final Ending ending;
    private final Settler settler;

    /** Settles what the end takes. */
    private final Settler lastSettler;

    private final ThreadFactory threads;

    /** Threads in user code for whose return the end waits. */
    private final Set<Thread> tellers = ConcurrentHashMap.newKeySet();

    LastWords(EngineSpec spec, Machine machine, Ending ending, Settler settler) {
        this.pipeline = spec.name();
        this.machine = machine;
        this.ending = ending;
        this.settler = settler;
        this.lastSettler = settler.on(machine.announcers());
        this.threads = spec.threads().apply(spec.name() + "-close");
    }

    /** Whether the calling thread is in a settlement listener, or in a callback that hears of the end or is called by a worker. */
    boolean isTelling() {
        Thread current = Thread.currentThread();
        if (tellers.contains(current)) {
            return true;
        }
        Worker worker = machine.workerOn(current);
        return worker != null && worker.isTelling();
    }

    /** Runs what tells user code of something for whose return the end waits. */
    void telling(Runnable tell) {
        Thread current = Thread.currentThread();
        boolean outermost = tellers.add(current);
        try {
            tell.run();
        } finally {
            if (outermost) {
                tellers.remove(current);
                endLogsIfOver();
            }
        }
    }

    /**
     * Tells what the logs left out, once the pipeline is over; to be called by whoever has called user code that may still fail
     * then. It logs, then reads the state; who draws the report writes the state, then comes here itself. So one of the two
     * finds what was left out.
     */
    void endLogsIfOver() {
        if (ending.isDrawn()) {
            machine.endLogs();
            settler.endLog();
        }
    }

    /** Tells on this thread of what a telling has taken; that it is over is the caller's to say. */
    void tell(Ending.Telling told) {
        telling(() -> {
            told.returned().forEach(each -> lastSettler.settled(each, Outcome.RETURNED, told.cause()));
            told.unknown().forEach(each -> lastSettler.settled(each, Outcome.UNKNOWN, told.cause()));
        });
    }

    /**
     * Tells, when no time is left, of what a telling has taken and of the close, and ends the telling. User code has a thread of
     * the pipeline's own for it, and is waited for as long as its calls return.
     */
    void tellPatiently(Ending.Telling telling) {
        Announcer announcer = null;
        try {
            announcer = isForUserCode(telling) ? start(true, () -> tellAndAnnounce(telling)) : null;
            if (announcer == null) {
                tell(telling);
            }
        } finally {
            if (announcer == null) {
                ending.told(machine);
            }
        }
        if (announcer != null) {
            awaitEnd(announcer);
        }
    }

    void announceClose() {
        telling(machine::announceClose);
    }

    /** Callbacks hear of the close on a thread that nobody waits for, which ends the caller's telling; {@code false} without one. */
    boolean announceCloseElsewhere() {
        return start(false, () -> tellAndAnnounce(null)) != null;
    }

    /** What is left for want of a thread, or because others are held up. Who blocks is waited for a second, and interrupted. */
    void announceCloseLeft() {
        if (machine.hasCloseToAnnounce()) {
            Announcer announcer = start(true, this::announceClose);
            if (announcer == null) {
                announceClose();
            } else {
                awaitEnd(announcer);
            }
        }
    }

    /** As long as its calls return, however many there are: on the thread of whoever waits one that blocks would keep it for good. */
    private void awaitEnd(Announcer announcer) {
        if (!announcer.awaitEnd(PATIENCE_NANOS)) {
            try {
                ending.name(announcer, machine);
                log.warn(
                        "pipeline '{}' has ended, and its settlement listener or a callback, which must not block, has not come back"
                                + " for {} ms or more: it is waited for no longer; {}",
                        pipeline,
                        TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS),
                        whereIs(announcer.thread())); // before the interrupt drives it from there
            } finally {
                announcer.interruptIfStuck(pipeline);
                endLogsIfOver();
            }
        }
    }

    /** With its stack, where there is memory for that. */
    private static Object whereIs(Thread thread) {
        try {
            return StuckThread.of(thread);
        } catch (Throwable e) {
            return thread;
        }
    }

    private boolean isForUserCode(Ending.Telling telling) {
        return machine.hasCloseToAnnounce() || (settler.hasListener() && !telling.isEmpty());
    }

    private @Nullable Announcer start(boolean waitedFor, Runnable announcement) {
        try {
            return machine.announcers().start(threads, waitedFor, announcement);
        } catch (Throwable e) {
            log.warn(
                    "pipeline '{}' has no thread to tell its listener and callbacks of the end; they hear on that of whoever"
                            + " ends it",
                    pipeline,
                    e);
            return null;
        }
    }

    /** A telling that has begun, with the callbacks that are to hear of the close. */
    private void tellAndAnnounce(Ending.@Nullable Telling telling) {
        try {
            if (telling != null) {
                tell(telling);
            }
        } finally {
            try {
                announceClose();
            } finally {
                ending.told(machine);
            }
        }
    }
}
