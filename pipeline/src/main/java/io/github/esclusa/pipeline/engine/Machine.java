// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.buffer.Bell;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's parts, in the order in which messages meet them.
 *
 * @param inlets where messages come in
 * @param segments what they go through
 * @param workers who drives the segments, segment by segment
 * @param logs what the stages log, stage by stage
 * @param announcers who tells callbacks of the close while it drains
 */
record Machine(
        List<InletCore> inlets,
        List<Segment> segments,
        List<Worker> workers,
        List<StageLogs> logs,
        Announcers announcers) {

    /** Builds the parts; nothing runs yet. */
    static Machine assemble(Engine engine, EngineSpec spec, PipelineMeters meters, Settler settler) {
        Announcers announcers = new Announcers(spec.name());
        List<InletCore> inlets = new ArrayList<>();
        for (int i = 0; i < spec.inlets().size(); i++) {
            inlets.add(new InletCore(spec, i, engine, announcers, settler, meters));
        }
        List<Segment> segments = segments(spec, new Intake(inlets), meters);
        List<Worker> workers = new ArrayList<>();
        List<StageLogs> allLogs = new ArrayList<>();
        for (Segment segment : segments) {
            List<StageLogs> logs = new ArrayList<>();
            for (Step step : segment.spec().steps()) {
                logs.add(StageLogs.of(spec.name(), step, spec.clock()));
            }
            allLogs.addAll(logs);
            for (Hand hand : segment.hands()) {
                Exits exits = new Exits(segment, hand, settler, spec.clock(), engine::failure);
                workers.add(
                        new Worker(engine, segment, hand, new Execution(engine, segment, exits, spec.clock(), logs)));
            }
        }
        return new Machine(List.copyOf(inlets), segments, List.copyOf(workers), List.copyOf(allLogs), announcers);
    }

    /** Stages and inlets are expected to log nothing more. */
    void endLogs() {
        for (int i = 0; i < logs.size(); i++) {
            logs.get(i).end();
        }
        for (int i = 0; i < inlets.size(); i++) {
            inlets.get(i).endLog();
        }
    }

    /** From the last to the first, because each knows the next. */
    private static List<Segment> segments(EngineSpec spec, Intake intake, PipelineMeters meters) {
        long capacity = spec.inlets().stream().mapToLong(InletSpec::capacity).sum();
        List<Bell> bells = new ArrayList<>();
        List<@Nullable Prefetch> passages = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        for (SegmentSpec segment : spec.segments()) {
            Prefetch passage = null;
            if (!bells.isEmpty()) {
                WorkQueue queue = new WorkQueue(
                        segment.batch() == null ? 0 : spec.inlets().size());
                passage = new Prefetch(queue, bells.get(bells.size() - 1), segment, capacity);
            }
            passages.add(passage);
            sources.add(passage == null ? intake : passage.queue());
            bells.add(new Bell(spec.clock()));
        }
        List<Segment> segments = new ArrayList<>();
        Segment next = null;
        for (int i = spec.segments().size() - 1; i >= 0; i--) {
            SegmentSpec segmentSpec = spec.segments().get(i);
            List<StageMeters> stageMeters = new ArrayList<>();
            for (Step step : segmentSpec.steps()) {
                stageMeters.add(meters.stage(step.name()));
            }
            next = new Segment(
                    segmentSpec,
                    spec.clock(),
                    new Upstream(intake, List.copyOf(sources.subList(0, i))),
                    passages.get(i),
                    bells.get(i),
                    new Parking(segmentSpec.workers() == 1),
                    next,
                    stageMeters);
            segments.add(next);
        }
        Collections.reverse(segments);
        return List.copyOf(segments);
    }

    /**
     * Nothing gets in any more, nothing is given out, and nobody waits. Needs no memory, and goes on though a step should fail:
     * a step that failed may be repeated.
     */
    void stop() {
        try {
            close();
        } finally {
            try {
                abort();
            } finally {
                halt();
            }
        }
    }

    /**
     * Closes every inlet and wakes every blocked producer. Needs no memory; further calls do nothing. Should one fail, the
     * others are closed all the same, and all of them refuse from the first step on: what aborts the queues next must not
     * meet an open one. The first failure is thrown then.
     */
    void close() {
        for (int i = 0; i < inlets.size(); i++) {
            inlets.get(i).buffer().refuse();
        }
        Throwable first = null;
        for (int i = 0; i < inlets.size(); i++) {
            try {
                inlets.get(i).buffer().close();
            } catch (RuntimeException | Error e) {
                first = first == null ? e : first;
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Whether callbacks were in line at the close and have not been told. */
    boolean hasCloseToAnnounce() {
        for (InletCore inlet : inlets) {
            if (inlet.buffer().hasCloseToAnnounce()) {
                return true;
            }
        }
        return false;
    }

    /** Tells callbacks that were in line at the close, each once in all calls. */
    void announceClose() {
        for (InletCore inlet : inlets) {
            inlet.buffer().announceClose();
        }
    }

    /** Nothing is given out of any queue any more, and none takes anything in. Needs no memory; further calls do nothing. */
    void abort() {
        for (int i = 0; i < segments.size(); i++) {
            segments.get(i).source().abort();
            segments.get(i).parking().abort();
        }
    }

    /** No worker takes anything any more. Needs no memory; further calls do nothing. */
    void halt() {
        for (int i = 0; i < segments.size(); i++) {
            segments.get(i).halt();
        }
    }

    /** Interrupts every worker that runs; with no lock held, since it runs code of channels. */
    void interrupt() {
        for (Worker worker : workers) {
            worker.interrupt();
        }
    }

    /** What lay in the queues when they were aborted: the same at each call. */
    List<List<Envelope>> left() {
        List<List<Envelope>> left = new ArrayList<>();
        for (Segment segment : segments) {
            left.addAll(segment.source().left());
            left.add(segment.parking().left());
        }
        return left;
    }

    /** How many messages were accepted; final once the inlets are closed. */
    long accepted() {
        long accepted = 0;
        for (InletCore inlet : inlets) {
            accepted += inlet.buffer().admitted();
        }
        return accepted;
    }

    /** How many messages ended in a way, as far as the parts know: what was taken out of queues is not among them. */
    long settled(Outcome outcome) {
        long count = 0;
        for (Worker worker : workers) {
            count += worker.hand().count(outcome);
        }
        if (outcome == Outcome.DROPPED) {
            for (InletCore inlet : inlets) {
                count += inlet.buffer().dropped();
            }
        }
        return count;
    }

    /** Whether a producer is still telling the listener of what it dropped; once the inlets are closed, it ends. */
    boolean isTellingOfDrops() {
        for (InletCore inlet : inlets) {
            if (inlet.buffer().leaving() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The worker that runs on a thread; {@code null} if none does. */
    @Nullable
    Worker workerOn(Thread thread) {
        for (Worker worker : workers) {
            if (worker.thread() == thread) {
                return worker;
            }
        }
        return null;
    }
}
