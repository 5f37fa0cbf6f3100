// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.StuckThread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline ends: who decides, what is counted, and when the report is given out.
 *
 * <pre>
 *   open ──take out──▶ halted ─┐
 *     └────────────────────────┴─last worker ends, or sweep─▶ drawn ──last telling over──▶ published
 * </pre>
 *
 * <p>The report is <em>drawn</em> once, under the lock, by the last worker or by a sweep, whichever is first, and never
 * changes. It is <em>published</em> to those who wait when the listener has heard of everything in it and the meters are
 * gone. Each part of the ending that has something to tell is a <em>telling</em>: begun under the lock in which its messages
 * are counted, ended by {@link #told}; the last one publishes. A producer that tells of what it dropped is one as well,
 * counted by its buffer; it asks for publication when it is through.
 *
 * <p>Locks are taken in this order: this one, a hand's, a queue's. User code runs under none of them.
 */
final class Ending {

    private final String name;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();

    /** Written under the lock, read without it. */
    private volatile Engine.State state = Engine.State.RUNNING;

    @GuardedBy("lock")
    private boolean halted;

    @GuardedBy("lock")
    private final List<Envelope> takenOut = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Envelope> unknown = new ArrayList<>();

    @GuardedBy("lock")
    private final List<StuckThread> stuck = new ArrayList<>();

    @GuardedBy("lock")
    private @Nullable Throwable cause;

    @GuardedBy("lock")
    private @Nullable DrainReport<Object> drawn;

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
     * @param returned settled as returned
     * @param unknown settled as unknown
     * @param cause why the pipeline failed, if it did
     */
    record Telling(
            List<Envelope> returned,
            List<Envelope> unknown,
            @Nullable Throwable cause) {}

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

    /** The first failure is the cause; later ones are suppressed into it. */
    void fails(Throwable why) {
        lock.lock();
        try {
            if (drawn != null) {
                return;
            }
            if (cause == null) {
                cause = why;
            } else if (cause != why) {
                cause.addSuppressed(why);
            }
            state = Engine.State.FAILED;
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything out of the queues, as returned. */
    Telling takeOut(Machine machine) {
        lock.lock();
        try {
            tellings++;
            return new Telling(drawn == null ? takeOutOnce(machine) : List.of(), List.of(), cause);
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything from a worker that died, as unknown. */
    Telling writeOff(Worker worker) {
        lock.lock();
        try {
            tellings++;
            List<Envelope> lost = worker.hand().seizeAsUnknown().unknown();
            unknown.addAll(lost);
            return new Telling(List.of(), lost, cause);
        } finally {
            lock.unlock();
        }
    }

    /** The last worker has ended: the balance is drawn, unless a sweep has done so. The caller then has to say {@link #told}. */
    void draw(Machine machine) {
        lock.lock();
        try {
            tellings++;
            if (drawn == null) {
                drawReport(machine);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything from everybody, interrupts who works on it, and draws the balance; nothing if it is drawn. */
    Telling sweep(Machine machine) {
        lock.lock();
        try {
            tellings++;
            List<Envelope> returnedNow = new ArrayList<>();
            List<Envelope> unknownNow = new ArrayList<>();
            if (drawn == null) {
                returnedNow.addAll(takeOutOnce(machine));
                for (Worker worker : machine.workers()) {
                    Hand.Seizure seizure = worker.hand().seize();
                    returnedNow.addAll(seizure.returned());
                    unknownNow.addAll(seizure.unknown());
                    interrupt(worker, !seizure.unknown().isEmpty());
                }
                unknown.addAll(unknownNow);
                drawReport(machine);
            }
            return new Telling(returnedNow, unknownNow, cause);
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

    /** A producer has told of what it dropped, in a closed buffer. */
    void dropsTold(Machine machine) {
        lock.lock();
        try {
            publishIfComplete(machine);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the report is published; {@code null} if the deadline came first. */
    @Nullable
    DrainReport<Object> awaitPublished(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!isPublished) {
                if (!deadline.await(lock, published)) {
                    return null;
                }
            }
            return drawn;
        } finally {
            lock.unlock();
        }
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

    /** How many messages were taken out of queues. */
    int takenOut() {
        lock.lock();
        try {
            return takenOut.size();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private List<Envelope> takeOutOnce(Machine machine) {
        if (halted) {
            return List.of();
        }
        halted = true;
        List<Envelope> left = machine.takeOut();
        takenOut.addAll(left);
        return left;
    }

    /** Read after the seizure: a worker that held nothing then and is in user code now is in a callback of ours. */
    @GuardedBy("lock")
    private void interrupt(Worker worker, boolean heldUnknown) {
        Thread thread = worker.thread();
        if (thread == null) {
            return;
        }
        if (heldUnknown || worker.isInUserCode()) {
            stuck.add(new StuckThread(thread.getName(), List.of(thread.getStackTrace())));
        }
        thread.interrupt();
    }

    @GuardedBy("lock")
    private void publishIfComplete(Machine machine) {
        if (drawn != null && tellings == 0 && !machine.isTellingOfDrops()) {
            isPublished = true;
            published.signalAll();
        }
    }

    @GuardedBy("lock")
    private void drawReport(Machine machine) {
        List<Object> returnedInputs = new ArrayList<>();
        takenOut.forEach(envelope -> returnedInputs.add(envelope.input));
        for (Worker worker : machine.workers()) {
            worker.hand().returned().forEach(envelope -> returnedInputs.add(envelope.input));
        }
        List<Object> unknownInputs = new ArrayList<>();
        unknown.forEach(envelope -> unknownInputs.add(envelope.input));
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, machine.settled(outcome));
        }
        counts.merge(Outcome.RETURNED, (long) takenOut.size(), Long::sum);
        drawn = new DrainReport<>(name, machine.accepted(), counts, returnedInputs, unknownInputs, stuck, cause);
        if (state != Engine.State.FAILED) {
            state = Engine.State.TERMINATED;
        }
    }
}
