// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.pipeline.buffer.Bell;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.StuckThread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's life: it starts the workers, ends them, and draws the balance.
 *
 * <pre>
 *   RUNNING ──drain──▶ DRAINING ──last worker ends──▶ TERMINATED
 *      │                  └──────deadline: sweep────▶ TERMINATED
 *      └──stop, or an error of our own──▶ FAILED ────(its workers end, or a sweep: the report is drawn)
 * </pre>
 *
 * <p><em>Draining</em> closes the inlets and seals the first segment; each segment, when its last worker has ended, seals
 * the next. <em>Halting</em> closes the inlets and takes everything out of every queue; no queue takes anything after it,
 * so from then on messages lie in hands only. <em>Sweeping</em> halts, then seizes the hands one by one; a hand gives
 * nothing away without its lock, so what it held is counted either by its worker or by the sweep. The report is drawn
 * under {@link #lock} either by the last worker or by the sweep, whichever is first, and is final.
 *
 * <p>Locks are taken in this order: the life's, a hand's, a queue's. User code runs under none of them.
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
    private final Clock clock;

    private final PipelineMeters meters;
    private final Settler settler;
    private final List<InletCore> inlets = new ArrayList<>();
    private final List<Segment> segments = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();

    private final AtomicInteger liveWorkers = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition terminated = lock.newCondition();

    /** Written under the lock, read without it. */
    private volatile State state = State.RUNNING;

    @GuardedBy("lock")
    private boolean halted;

    /** What was taken out of the queues. */
    @GuardedBy("lock")
    private final List<Envelope> takenOut = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Envelope> unknown = new ArrayList<>();

    @GuardedBy("lock")
    private final List<StuckThread> stuck = new ArrayList<>();

    @GuardedBy("lock")
    private @Nullable Throwable cause;

    @GuardedBy("lock")
    private @Nullable DrainReport<Object> report;

    private Engine(EngineSpec spec) {
        this.spec = spec;
        this.clock = spec.clock();
        this.meters = PipelineMeters.open(spec.name(), spec.registry());
        this.settler = new Settler(spec.name(), spec.listener(), meters, clock);
    }

    /**
     * Builds the machine and starts its workers.
     *
     * @param spec how it was configured
     * @return the running engine
     */
    public static Engine start(EngineSpec spec) {
        Engine engine = new Engine(spec);
        try {
            engine.assemble();
            engine.startWorkers();
        } catch (Throwable e) {
            engine.fail(e);
            engine.sweep();
            throw e;
        }
        return engine;
    }

    /**
     * The inlets, in order of declaration.
     *
     * @return the inlets
     */
    public List<InletCore> inlets() {
        return inlets;
    }

    /**
     * Where the pipeline is in its life.
     *
     * @return the state
     */
    public State state() {
        return state;
    }

    /**
     * How many messages ended in a given way so far.
     *
     * @param outcome which way
     * @return their number, exact once terminated
     */
    public long settled(Outcome outcome) {
        long count = 0;
        for (Worker worker : workers) {
            count += worker.hand().count(outcome);
        }
        if (outcome == Outcome.DROPPED) {
            for (InletCore inlet : inlets) {
                count += inlet.buffer().dropped();
            }
        }
        if (outcome == Outcome.RETURNED) {
            lock.lock();
            try {
                count += takenOut.size();
            } finally {
                lock.unlock();
            }
        }
        return count;
    }

    /** Refuses new messages from now on and lets the workers end when they have done what is there. */
    public void drain() {
        lock.lock();
        try {
            if (state == State.RUNNING) {
                state = State.DRAINING;
            }
        } finally {
            lock.unlock();
        }
        closeInlets();
        if (!segments.isEmpty()) {
            segments.get(0).seal();
        }
    }

    /**
     * Waits for the end.
     *
     * @param deadline how long
     * @return the final report; {@code null} if the deadline came first
     * @throws InterruptedException if interrupted while waiting
     */
    public @Nullable DrainReport<Object> awaitReport(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (report == null && deadline.await(lock, terminated)) {
                // woken: look again
            }
            return report;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the pipeline here and now: queued messages are returned, those in the hands of user code unknown, and the
     * threads that run it interrupted.
     *
     * @return the final report
     */
    public DrainReport<Object> sweep() {
        halt();
        meters.close(); // before the report: whoever has it may start a successor of the same name
        List<Envelope> returnedByHands = new ArrayList<>();
        List<Envelope> unknownNow = new ArrayList<>();
        DrainReport<Object> drawn;
        lock.lock();
        try {
            if (report != null) {
                return report;
            }
            for (Worker worker : workers) {
                Thread thread = worker.thread();
                if (worker.isInUserCode() && thread != null) {
                    stuck.add(new StuckThread(thread.getName(), List.of(thread.getStackTrace())));
                }
                Hand.Seizure seizure = worker.hand().seize();
                returnedByHands.addAll(seizure.returned());
                unknownNow.addAll(seizure.unknown());
                if (thread != null) {
                    thread.interrupt();
                }
            }
            unknown.addAll(unknownNow);
            drawn = drawReport();
        } finally {
            lock.unlock();
        }
        settler.settled(returnedByHands, Outcome.RETURNED, drawn.cause().orElse(null));
        settler.settled(unknownNow, Outcome.UNKNOWN, drawn.cause().orElse(null));
        return drawn;
    }

    /**
     * Whether the calling thread is one of the pipeline's own workers.
     *
     * @return {@code true} on a worker
     */
    public boolean isWorker() {
        Thread current = Thread.currentThread();
        for (Worker worker : workers) {
            if (worker.thread() == current) {
                return true;
            }
        }
        return false;
    }

    /** Stops the pipeline because an error policy says so: what is queued is returned, what is running may finish. */
    void stop(Throwable why) {
        log.error("pipeline '{}' stops", spec.name(), why);
        fail(why);
        halt();
    }

    /** A worker died of an error that is not user code's: what it held is unknown, and the pipeline has failed. */
    void workerFailed(Worker worker, Throwable why) {
        log.error("pipeline '{}' has failed", spec.name(), why);
        fail(why);
        Hand.Seizure seizure;
        lock.lock();
        try {
            seizure = worker.hand().seizeAsUnknown();
            unknown.addAll(seizure.unknown());
        } finally {
            lock.unlock();
        }
        halt(); // first: the credit that comes back next would admit those in line to a pipeline that has failed
        settler.settled(seizure.unknown(), Outcome.UNKNOWN, why);
    }

    void workerEnded(Segment segment) {
        if (segment.workerEnded()) {
            int after = segments.indexOf(segment) + 1;
            if (after < segments.size()) {
                segments.get(after).seal();
            }
        }
        if (liveWorkers.decrementAndGet() == 0) {
            meters.close(); // before the report: whoever has it may start a successor of the same name
            lock.lock();
            try {
                if (report == null) {
                    drawReport();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    Segment firstSegment() {
        return segments.get(0);
    }

    Segment after(Segment segment) {
        return segments.get(segments.indexOf(segment) + 1);
    }

    /** Whether a batch lingers for the messages that come in. */
    boolean stampsArrivals() {
        return spec.segments().get(0).batch() != null;
    }

    /** Whether a batch lingers for the messages that a segment passes on. */
    boolean stampsHandovers(Segment from) {
        return after(from).spec().batch() != null;
    }

    private void assemble() {
        Bell firstBell = new Bell(clock);
        for (InletSpec inlet : spec.inlets()) {
            inlets.add(new InletCore(inlet, this, clock, settler, meters));
        }
        Source source = new Intake(inlets);
        Bell bell = firstBell;
        for (int i = 0; i < spec.segments().size(); i++) {
            SegmentSpec segmentSpec = spec.segments().get(i);
            boolean last = i == spec.segments().size() - 1;
            Bell nextBell = new Bell(clock);
            WorkQueue next = last ? null : new WorkQueue();
            List<StageMeters> stageMeters = new ArrayList<>();
            List<FailureLog> failureLogs = new ArrayList<>();
            for (Step step : segmentSpec.steps()) {
                stageMeters.add(meters.stage(step.name()));
                failureLogs.add(new FailureLog(
                        "stage '" + step.name() + "' of pipeline '" + spec.name() + "' gave up on a message", clock));
            }
            Segment segment = new Segment(
                    segmentSpec, clock, source, bell, new Parking(segmentSpec.workers() == 1), next, stageMeters);
            segments.add(segment);
            for (Hand hand : segment.hands()) {
                workers.add(new Worker(
                        this, segment, hand, new Execution(this, segment, hand, settler, clock, failureLogs)));
            }
            if (next != null) {
                source = next;
                bell = nextBell;
            }
        }
        liveWorkers.set(workers.size());
        meters.register(this, segments);
    }

    private void startWorkers() {
        int started = 0;
        try {
            for (Segment segment : segments) {
                NamedThreads threads = NamedThreads.of(
                        spec.threadKind(), spec.name() + "-" + segment.spec().name());
                for (int i = 0; i < segment.spec().workers(); i++) {
                    Worker worker = workers.get(started);
                    worker.start(threads.newThread(worker));
                    started++;
                }
            }
        } catch (Throwable e) {
            liveWorkers.addAndGet(started - workers.size()); // those that never ran will never end
            throw e;
        }
    }

    private void fail(Throwable why) {
        lock.lock();
        try {
            if (report != null) {
                return;
            }
            if (cause == null) {
                cause = why;
            } else if (cause != why) {
                cause.addSuppressed(why);
            }
            state = State.FAILED;
        } finally {
            lock.unlock();
        }
    }

    /** Closes outside the lock: it calls back producers that stand in line. */
    private void closeInlets() {
        for (InletCore inlet : inlets) {
            inlet.buffer().close();
        }
    }

    private void halt() {
        closeInlets();
        List<Envelope> left = new ArrayList<>();
        Throwable why;
        lock.lock();
        try {
            if (halted || report != null) {
                return;
            }
            halted = true;
            for (Segment segment : segments) {
                left.addAll(segment.source().abort());
                left.addAll(segment.parking().abort());
            }
            takenOut.addAll(left);
            why = cause;
        } finally {
            lock.unlock();
        }
        segments.forEach(Segment::halt);
        settler.settled(left, Outcome.RETURNED, why);
    }

    @GuardedBy("lock")
    private DrainReport<Object> drawReport() {
        long accepted = 0;
        for (InletCore inlet : inlets) {
            accepted += inlet.buffer().admitted();
        }
        List<Object> returnedInputs = new ArrayList<>();
        takenOut.forEach(envelope -> returnedInputs.add(envelope.input));
        for (Worker worker : workers) {
            worker.hand().returned().forEach(envelope -> returnedInputs.add(envelope.input));
        }
        List<Object> unknownInputs = new ArrayList<>();
        unknown.forEach(envelope -> unknownInputs.add(envelope.input));
        DrainReport<Object> drawn =
                new DrainReport<>(spec.name(), accepted, counts(), returnedInputs, unknownInputs, stuck, cause);
        report = drawn;
        if (state != State.FAILED) {
            state = State.TERMINATED;
        }
        terminated.signalAll();
        return drawn;
    }

    private Map<Outcome, Long> counts() {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, settled(outcome));
        }
        return counts;
    }
}
