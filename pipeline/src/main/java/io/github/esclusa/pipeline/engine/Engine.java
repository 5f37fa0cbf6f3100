// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's life: it starts the workers, and sees to its end.
 *
 * <pre>
 *   RUNNING ──drain──▶ DRAINING ──last worker ends──▶ TERMINATED
 *      │                  └──────deadline: sweep────▶ TERMINATED
 *      └──stop, or an error of our own──▶ FAILED ────(its workers end, or a sweep: the report is drawn)
 * </pre>
 *
 * <p><em>Draining</em> closes the inlets and seals the first segment; each segment, when its last worker has ended, seals
 * the next. <em>Halting</em> closes the inlets and takes everything out of every queue; no queue takes anything after it,
 * so from then on messages lie in hands only. <em>Sweeping</em> does the same and seizes the hands one by one; a hand
 * gives nothing away without its lock, so what it held is counted either by its worker or by the sweep. What decides
 * and counts stands in {@link Ending}.
 */
public final class Engine {

    /** Where the pipeline is in its life. */
    public enum State {
        /** It takes messages in. */
        RUNNING,
        /** It takes none in and works off what it has. */
        DRAINING,
        /** It is done, and its report is final. */
        TERMINATED,
        /** It was stopped by an error policy, or by an error of its own. */
        FAILED
    }

    private static final SafeLog log = SafeLog.of(Engine.class);

    private final EngineSpec spec;

    private final PipelineMeters meters;
    private final Settler settler;
    private final Machine machine;

    private final Ending ending;

    private final LastWords lastWords;

    private final AtomicInteger liveWorkers;

    private Engine(EngineSpec spec, Ending ending) {
        this.spec = spec;
        this.meters = PipelineMeters.open(spec.name(), spec.registry());
        this.settler = new Settler(spec.name(), spec.listener(), meters, spec.clock());
        this.ending = ending;
        this.machine = assemble();
        this.lastWords = new LastWords(spec, machine, ending, settler);
        this.liveWorkers = new AtomicInteger(machine.workers().size());
    }

    /**
     * Builds the machine and starts its workers.
     *
     * @param spec how it was configured
     * @return the running engine
     */
    public static Engine start(EngineSpec spec) {
        return start(spec, new Ending(spec.name()));
    }

    static Engine start(EngineSpec spec, Ending ending) {
        Engine engine = new Engine(spec, ending);
        try {
            engine.meters.register(engine, engine.machine.segments());
            engine.startWorkers();
        } catch (Throwable e) {
            engine.ending.fails(e);
            engine.sweep();
            throw e;
        }
        return engine;
    }

    /**
     * The pipeline's name.
     *
     * @return the name
     */
    public String name() {
        return spec.name();
    }

    /**
     * The inlets, in order of declaration.
     *
     * @return the inlets
     */
    public List<InletCore> inlets() {
        return machine.inlets();
    }

    /**
     * Where the pipeline is in its life.
     *
     * @return the state
     */
    public State state() {
        return ending.state();
    }

    /**
     * How many messages ended in a given way so far.
     *
     * @param outcome which way
     * @return their number, exact once terminated
     */
    public long settled(Outcome outcome) {
        return machine.settled(outcome) + ending.leftBehind(outcome);
    }

    /**
     * Refuses new messages from now on, lets the workers end when they have done what is there, and waits for that: until
     * the report is drawn, the listener has heard of everything, and the meters are gone. At the deadline, also one that has
     * come before the call, it is as {@link #shutdownNow}. Callbacks in line hear of it at once, on a thread of their own, so
     * that one which blocks does not keep the deadline from being seen. At the deadline it is interrupted. What the deadline
     * takes is told to the listener on such a thread as well. Where the clock throws, the pipeline goes on draining too.
     *
     * @param timeout how long
     * @return the final report
     * @throws InterruptedException if interrupted while waiting; the pipeline goes on draining
     */
    public DrainReport<Object> shutdown(Duration timeout) throws InterruptedException {
        Deadline deadline;
        boolean expired;
        try {
            deadline = Deadline.after(timeout, spec.clock());
            expired = deadline.hasExpired();
        } catch (Throwable e) { // a user's clock
            drainUnawaited();
            throw e;
        }
        return expired ? publishedOrNow() : shutdown(deadline);
    }

    /**
     * As {@link #shutdown}, but where the clock throws at the beginning nothing has been done: for one who ends the pipeline then.
     *
     * @param timeout how long
     * @return the final report
     * @throws InterruptedException if interrupted while waiting; the pipeline goes on draining
     */
    public DrainReport<Object> shutdownOrThrow(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout, spec.clock());
        return deadline.hasExpired() ? publishedOrNow() : shutdown(deadline);
    }

    /** For a caller who cannot be told when to stop waiting, and is to hear of that and nothing else. */
    private void drainUnawaited() {
        boolean elsewhere = false;
        try {
            elsewhere = drain();
        } catch (Throwable e) {
            log.error("pipeline '{}' could not be told to drain: shut it down again", spec.name(), e);
        } finally {
            if (!elsewhere) {
                lastWords.announceCloseLeft();
            }
        }
    }

    private DrainReport<Object> shutdown(Deadline deadline) throws InterruptedException {
        boolean elsewhere = false;
        try {
            elsewhere = drain();
            DrainReport<Object> report = ending.awaitPublished(deadline);
            return report == null ? sweep() : report;
        } finally {
            if (!elsewhere) {
                lastWords.announceCloseLeft();
            }
        }
    }

    /**
     * Refuses new messages, and lets the workers end when they have done what is there. {@code true} if callbacks in line hear
     * of the close on a thread of their own: else they are left to the caller, when it has done waiting.
     */
    private boolean drain() {
        closeInlets();
        boolean owed = machine.hasCloseToAnnounce();
        if (owed) {
            ending.tells(); // before the workers can end, and the report be published without it
        }
        boolean elsewhere = false;
        try {
            machine.segments().forEach(Segment::drains);
            firstSegment().seal();
            elsewhere = owed && lastWords.announceCloseElsewhere();
        } finally {
            if (owed && !elsewhere) {
                ending.told(machine); // callbacks hear at the end
            }
        }
        return elsewhere;
    }

    /**
     * Ends the pipeline here and now: queued messages are returned, those in the hands of user code unknown, and the
     * workers interrupted. They are not told to drain first: that would begin batches that linger.
     *
     * @return the final report
     */
    public DrainReport<Object> shutdownNow() {
        try {
            closeInlets();
            return sweep();
        } finally {
            lastWords.announceCloseLeft();
        }
    }

    private DrainReport<Object> publishedOrNow() {
        DrainReport<Object> report = ending.published();
        if (report == null) {
            return shutdownNow();
        }
        lastWords.announceCloseLeft();
        return report;
    }

    /**
     * Whether the calling thread is one of the pipeline's own workers.
     *
     * @return {@code true} on a worker
     */
    public boolean isWorker() {
        return machine.workerOn(Thread.currentThread()) != null;
    }

    /**
     * Whether the calling thread is in a settlement listener, or in a callback that hears of the end or is called by a worker.
     *
     * @return {@code true} in user code for whose return the end of the pipeline waits
     */
    public boolean isTelling() {
        return lastWords.isTelling();
    }

    /** See {@link LastWords#telling}. */
    void telling(Runnable tell) {
        lastWords.telling(tell);
    }

    /** See {@link LastWords#endLogsIfOver}. */
    void endLogsIfOver() {
        lastWords.endLogsIfOver();
    }

    /** Stops the pipeline because an error policy says so: what is queued is returned, what is running may finish. */
    void stop(Throwable why) {
        fail(why);
        log.error("pipeline '{}' stops", spec.name(), why);
        settleHalted(List.of());
    }

    /** A worker died of an error that is not user code's: what it held is unknown, and the pipeline has failed. */
    void workerFailed(Worker worker, Throwable why) {
        try {
            worker.hand().loseTrack();
        } finally {
            fail(why);
        }
        log.error("pipeline '{}' has failed", spec.name(), why);
        settleHalted(List.of(worker));
    }

    void workerEnded(Segment segment) {
        try {
            Segment next = segment.next();
            if (segment.workerEnded() && next != null) {
                next.seal();
            }
        } finally {
            if (liveWorkers.decrementAndGet() == 0) {
                lastWorkerEnded();
            } else {
                endLogsIfOver(); // the others may never end
            }
        }
    }

    /** A producer has told of what it dropped, after the inlets were closed. */
    void dropsTold() {
        ending.dropsTold(machine);
    }

    /** Why the pipeline has failed; {@code null} if it has not. */
    @Nullable
    Throwable failure() {
        return ending.cause();
    }

    Segment firstSegment() {
        return machine.segments().get(0);
    }

    /** Where messages come out, and where the batch is if there is one. */
    Segment lastSegment() {
        return machine.segments().get(machine.segments().size() - 1);
    }

    private Machine assemble() {
        try {
            return Machine.assemble(this, spec, meters, settler);
        } catch (Throwable e) {
            meters.close();
            throw e;
        }
    }

    private void startWorkers() {
        int started = 0;
        try {
            for (Segment segment : machine.segments()) {
                ThreadFactory threads =
                        spec.threads().apply(spec.name() + "-" + segment.spec().name());
                for (int i = 0; i < segment.spec().workers(); i++) {
                    Worker worker = machine.workers().get(started);
                    worker.start(threads.newThread(worker));
                    started++;
                }
            }
        } catch (Throwable e) {
            liveWorkers.addAndGet(started - machine.workers().size()); // those that never ran will never end
            throw e;
        }
    }

    private void closeInlets() {
        ending.drains();
        machine.close();
    }

    private DrainReport<Object> sweep() {
        machine.close();
        Ending.Telling telling = takeEverything();
        boolean tells = false;
        try {
            machine.halt();
            if (telling.drew()) {
                machine.interrupt();
            }
            machine.announcers().interrupt(); // also where another drew: it did not wait for them
            meters.close(); // before the report: whoever has it may start a successor of the same name
            tells = true;
            lastWords.tellPatiently(telling);
        } finally {
            if (!tells) {
                ending.told(machine);
            }
            // Also where another drew it: nobody waits for what that one tells longer than this one does.
            ending.publish();
        }
        return requireNonNull(ending.drawn());
    }

    /** The workers come to an end though there should be no memory for it: the last of them takes what this one left. */
    private Ending.Telling takeEverything() {
        try {
            return ending.sweep(machine);
        } catch (Throwable e) {
            machine.stop();
            throw e;
        }
    }

    /**
     * Stops everything that others wait for, before anything else and without memory: there may be none left, and a
     * pipeline that has failed must not stay open.
     */
    private void fail(Throwable why) {
        try {
            ending.fails(why);
        } finally {
            machine.stop();
        }
    }

    /** Settles what a halt leaves. Credit comes back here: before the halt it would admit those in line. */
    private void settleHalted(List<Worker> dead) {
        try {
            Ending.Telling telling = ending.halt(machine, dead);
            try {
                lastWords.tell(telling);
            } finally {
                ending.told(machine);
            }
        } finally {
            lastWords.announceClose(); // also where there was no memory for the rest, which a sweep makes up for
        }
    }

    private void lastWorkerEnded() {
        machine.close(); // unless a worker that died had no memory for it, it is
        Ending.Telling telling = ending.draw(machine);
        try {
            meters.close(); // before the report is published
            lastWords.tell(telling);
        } finally {
            ending.told(machine);
        }
    }
}
