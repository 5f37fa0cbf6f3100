// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline ends: who decides, what is counted, and when the report is given out.
 *
 * <pre>
 *   open ──halt──▶ halted ─┐
 *     └────────────────────┴─last worker ends, or sweep─▶ drawn ──last telling over──▶ published
 * </pre>
 *
 * <p>The report is <em>drawn</em> under the lock, by the last worker or by a sweep, whichever is first, and what it counts
 * never changes. It is <em>published</em> to those who wait when the listener has heard of everything in it and the meters
 * are gone; nobody has it before, and a sweep may still add threads that it finds stuck. Each part of the ending that has
 * something to tell is a <em>telling</em>: begun under the lock in which its messages are counted, ended by {@link #told};
 * the last one publishes. A producer that tells of what it dropped is one as well, counted by its buffer; it asks for
 * publication when it is through. A sweep, which has no time left, publishes when it has told what it took itself.
 *
 * <p>Locks are taken in this order: this one, a hand's, a queue's. User code runs under none of them.
 */
class Ending {

    private final String name;

    private final WaitLock lock = new WaitLock();
    private final Condition published = lock.newCondition();

    /** Written under the lock, read without it. */
    private volatile Engine.State state = Engine.State.RUNNING;

    @GuardedBy("lock")
    private boolean halted;

    /** Messages left in queues that were aborted, and not in doubt: written under the lock, read without it. */
    private volatile long leftBehind;

    /** The same of those in doubt. */
    private volatile long leftInDoubt;

    /**
     * Taken and counted, and not told: what a part of the ending for which memory ran out leaves to the next. Of size 0: a list of
     * the default size makes room at its first element, whatever has been ensured before.
     */
    @GuardedBy("lock")
    private ArrayList<List<Envelope>> untoldReturned = new ArrayList<>(0);

    @GuardedBy("lock")
    private ArrayList<List<Envelope>> untoldUnknown = new ArrayList<>(0);

    @GuardedBy("lock")
    private final Map<Thread, StuckThread> stuck = new LinkedHashMap<>();

    /** Written under the lock, read without it. */
    private volatile @Nullable Throwable cause;

    @GuardedBy("lock")
    private @Nullable DrainReport<Object> drawn;

    /** The last worker had no memory to draw the report or to tell of it: that is up to whoever waits for it. */
    @GuardedBy("lock")
    private boolean abandoned;

    @GuardedBy("lock")
    private int tellings;

    @GuardedBy("lock")
    private boolean isPublished;

    Ending(String name) {
        this.name = name;
    }

    /**
     * What a part of the ending has to tell, with no lock held, before it calls {@link #told}.
     *
     * @param returned settled as returned, or unknown where they are in doubt, one list for each place where they lay
     * @param unknown settled as unknown, one list for each worker
     * @param drew whether it drew the report
     * @param cause why the pipeline failed, if it did
     */
    record Telling(
            List<List<Envelope>> returned,
            List<List<Envelope>> unknown,
            boolean drew,
            @Nullable Throwable cause) {

        boolean isEmpty() {
            return areEmpty(returned) && areEmpty(unknown);
        }

        private static boolean areEmpty(List<List<Envelope>> lists) {
            for (List<Envelope> each : lists) {
                if (!each.isEmpty()) {
                    return false;
                }
            }
            return true;
        }
    }

    Engine.State state() {
        return state;
    }

    /** Nothing more is taken in. */
    void drains() {
        lock.lock();
        try {
            if (state == Engine.State.RUNNING) {
                state = Engine.State.DRAINING;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The first failure is the cause; later ones are suppressed into it. The state needs no memory. */
    void fails(Throwable why) {
        lock.lock();
        try {
            if (drawn != null) {
                return;
            }
            state = Engine.State.FAILED;
            Throwable first = cause;
            if (first == null) {
                cause = why;
            } else if (first != why) {
                suppress(first, why);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is in the queues is returned from now on, and taken from workers that died what they held. */
    Telling halt(Machine machine, List<Worker> dead) {
        lock.lock();
        try {
            leaveBehind(machine);
            seize(dead, false);
            return begin(false);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The last worker has ended: the balance is drawn, unless a sweep has done so. What should still be somewhere, because
     * memory ran out when a worker died, is taken first. Where it does so here as well, whoever waits for the report draws it.
     */
    Telling draw(Machine machine) {
        lock.lock();
        try {
            abandoned = true; // unless the telling begins
            return begin(drawIfNobodyHas(machine, false));
        } finally {
            try {
                published.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Takes everything from everybody and draws the balance; nothing if it is drawn. Who hangs in a callback that hears of the
     * close is named in it either way. Where memory runs out on the way the pipeline has failed, and a later sweep finds every
     * message where this one left it.
     */
    Telling sweep(Machine machine) {
        lock.lock();
        try {
            return begin(drawIfNobodyHas(machine, true));
        } catch (Throwable e) {
            fails(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Whoever tells of the end and is stuck is named in the report that is drawn, unless somebody has that already. */
    void name(Announcer announcer, Machine machine) {
        lock.lock();
        try {
            if (drawn != null && !isPublished && announcer.isStuckStill()) {
                note(announcer.thread());
                drawReport(machine);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A telling begins for which nothing is taken or counted. */
    void tells() {
        lock.lock();
        try {
            tellings++;
        } finally {
            lock.unlock();
        }
    }

    /** A telling is over. */
    void told(Machine machine) {
        lock.lock();
        try {
            tellings--;
            publishIfComplete(machine);
        } finally {
            lock.unlock();
        }
    }

    /** A sweep has told what it took, be it nothing: nobody waits any longer for what others still tell. */
    void publish() {
        lock.lock();
        try {
            isPublished = true;
            published.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A producer has told of what it dropped, in a closed buffer. */
    void dropsTold(Machine machine) {
        lock.lock();
        try {
            publishIfComplete(machine);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the report is published; {@code null} if the deadline came first, or nobody is left to draw it. */
    @Nullable
    DrainReport<Object> awaitPublished(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!isPublished) {
                if (abandoned || !deadline.await(lock, published)) {
                    return null;
                }
            }
            return drawn;
        } finally {
            lock.unlock();
        }
    }

    /** The report, if it is published; does not wait. */
    @Nullable
    DrainReport<Object> published() {
        lock.lock();
        try {
            return isPublished ? drawn : null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the report is drawn; takes no lock before the end is near. Who finds that it is not comes before whoever draws it. */
    boolean isDrawn() {
        Engine.State now = state;
        return now != Engine.State.RUNNING && now != Engine.State.DRAINING && drawn() != null;
    }

    /** The report as soon as it is drawn; {@code null} before. */
    @Nullable
    DrainReport<Object> drawn() {
        lock.lock();
        try {
            return drawn;
        } finally {
            lock.unlock();
        }
    }

    /** Why the pipeline has failed; {@code null} if it has not. */
    @Nullable
    Throwable cause() {
        return cause;
    }

    /** How many of the messages that were left in queues, when these were aborted, are settled in a way. */
    long leftBehind(Outcome outcome) {
        return switch (outcome) {
            case RETURNED -> leftBehind;
            case UNKNOWN -> leftInDoubt;
            default -> 0;
        };
    }

    /** Begins a telling of everything that was taken and not told. */
    @GuardedBy("lock")
    private Telling begin(boolean drew) {
        ArrayList<List<Envelope>> noneReturned = new ArrayList<>(0);
        ArrayList<List<Envelope>> noneUnknown = new ArrayList<>(0);
        Telling telling = new Telling(untoldReturned, untoldUnknown, drew, cause); // the last that needs memory
        untoldReturned = noneReturned;
        untoldUnknown = noneUnknown;
        tellings++;
        abandoned = false;
        return telling;
    }

    @GuardedBy("lock")
    private boolean drawIfNobodyHas(Machine machine, boolean sweeping) {
        boolean draws = drawn == null;
        if (draws) {
            leaveBehind(machine);
            stuck.clear();
            seize(machine.workers(), sweeping);
        }
        boolean adds = sweeping && noteStuckAnnouncers(machine) && !isPublished;
        if (draws || adds) {
            drawReport(machine);
        }
        return draws;
    }

    /** Aborts the queues, and takes what is in them then, once. */
    @GuardedBy("lock")
    private void leaveBehind(Machine machine) {
        if (halted) {
            return;
        }
        machine.abort();
        List<List<Envelope>> left = machine.left();
        long count = 0;
        long inDoubt = 0;
        for (List<Envelope> each : left) {
            for (Envelope envelope : each) {
                count++;
                inDoubt += envelope.inDoubt ? 1 : 0;
            }
        }
        untoldReturned.addAll(left); // the last that needs memory
        leftBehind = count - inDoubt;
        leftInDoubt = inDoubt;
        halted = true;
    }

    @GuardedBy("lock")
    private void seize(List<Worker> workers, boolean sweeping) {
        untoldReturned.ensureCapacity(untoldReturned.size() + workers.size());
        untoldUnknown.ensureCapacity(untoldUnknown.size() + workers.size());
        for (Worker worker : workers) {
            Hand.Seizure seizure = worker.hand().seize();
            untoldReturned.add(seizure.returned());
            untoldUnknown.add(seizure.unknown());
            if (sweeping) {
                noteIfStuck(worker, !seizure.unknown().isEmpty());
            }
        }
    }

    /** Read after the seizure: a worker that held nothing then and is in user code now is in a callback of ours. */
    @GuardedBy("lock")
    private void noteIfStuck(Worker worker, boolean heldUnknown) {
        Thread thread = worker.thread();
        if (thread != null && thread.isAlive() && (heldUnknown || worker.isInUserCode())) {
            note(thread);
        }
    }

    /**
     * Whoever drew the report before did not wait for them. Drawn again it has the same counts, since every message was counted
     * the first time. Answers whether there are any that were not noted yet.
     */
    @GuardedBy("lock")
    private boolean noteStuckAnnouncers(Machine machine) {
        int noted = stuck.size();
        machine.announcers().stuck().forEach(this::note);
        return stuck.size() > noted;
    }

    @GuardedBy("lock")
    private void note(Thread thread) {
        stuck.putIfAbsent(thread, StuckThread.of(thread));
    }

    private static void suppress(Throwable first, Throwable later) {
        try {
            first.addSuppressed(later);
        } catch (Throwable noMemory) {
            return; // the first is what counts
        }
    }

    @GuardedBy("lock")
    private void publishIfComplete(Machine machine) {
        if (drawn != null && tellings == 0 && !machine.isTellingOfDrops()) {
            isPublished = true;
            published.signalAll();
        }
    }

    @GuardedBy("lock")
    void drawReport(Machine machine) {
        List<Object> returnedInputs = new ArrayList<>();
        List<Object> unknownInputs = new ArrayList<>();
        if (halted) {
            for (List<Envelope> left : machine.left()) {
                left.forEach(envelope -> (envelope.inDoubt ? unknownInputs : returnedInputs).add(envelope.input));
            }
        }
        for (Worker worker : machine.workers()) {
            worker.hand().returned().forEach(envelope -> returnedInputs.add(envelope.input));
            worker.hand().unknown().forEach(envelope -> unknownInputs.add(envelope.input));
        }
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, machine.settled(outcome) + leftBehind(outcome));
        }
        drawn = new DrainReport<>(
                name, machine.accepted(), counts, returnedInputs, unknownInputs, List.copyOf(stuck.values()), cause);
        if (state != Engine.State.FAILED) {
            state = Engine.State.TERMINATED;
        }
    }
}
