// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one worker holds, and its account of what it has settled.
 *
 * <pre>
 *   queue ──take──▶ held ──settle──▶ counted
 *                    │ └───pass────▶ next queue
 *                    ├─────park────▶ parking
 *                    └──seize──▶ returned or unknown   (once; by whoever ends the pipeline)
 * </pre>
 *
 * <p>Every change of owner happens under this lock, with the queue's own lock taken inside it, so to whoever holds this
 * lock a message is in a queue or in this hand, and never in both. What leaves the hand has its new owner before the hand
 * lets go, and what enters it needs no memory on the way: where memory runs out, the worker fails with the message in its
 * hand. Seizing is the one atomic step that decides at the shutdown deadline:
 * what was settled before it is counted, what is held is not the worker's any more, and every later attempt of the worker
 * answers that it comes too late. The lock is the worker's own: others take it to seize, and to read gauges.
 */
final class Hand {

    /** What became of an attempt to give something away. */
    enum Handover {
        /** It has a new owner. */
        DONE,
        /** The new owner takes nothing any more; it was settled as returned. */
        RETURNED,
        /** The hand was seized: it is not the worker's to give. */
        SEIZED
    }

    /** What a hand held when it was seized. */
    record Seizure(List<Envelope> returned, List<Envelope> unknown) {}

    private final ReentrantLock lock = new ReentrantLock();

    /** Grown to its greatest size at once: no memory is needed between taking from a queue and holding. */
    @GuardedBy("lock")
    private final List<Envelope> held;

    /** What this hand settled as returned: the report lists them. */
    @GuardedBy("lock")
    private final ArrayList<Envelope> returned = new ArrayList<>();

    /** What was seized while user code worked on it: the report lists them. */
    @GuardedBy("lock")
    private final ArrayList<Envelope> unknown = new ArrayList<>();

    /** Written under the lock, read without it. */
    private volatile boolean seized;

    /** Whether what was taken last had been parked. Single writer: the worker. */
    private boolean tookParked;

    /** Counts by outcome: written under the lock, read without it by meters. */
    private final Map<Outcome, AtomicLong> settled = new EnumMap<>(Outcome.class);

    /** A hand that takes so many messages at a time. */
    Hand(int most) {
        held = new ArrayList<>(most);
        for (Outcome outcome : Outcome.values()) {
            settled.put(outcome, new AtomicLong());
        }
    }

    /** Takes so many messages from a queue at the most; {@code null} if there were none, or the hand was seized. */
    @Nullable
    Work take(Source queue, int most) {
        lock.lock();
        try {
            if (seized) {
                return null;
            }
            tookParked = false;
            queue.pollInto(held, most);
            setRunning(held, true);
            return switch (held.size()) {
                case 0 -> null;
                case 1 -> new Work(List.of(held.get(0)));
                default -> new Work(List.copyOf(held));
            };
        } finally {
            lock.unlock();
        }
    }

    /** Takes parked work that is due; {@code null} if there was none, or the hand was seized. */
    @Nullable
    Work takeDue(Parking parking, long now) {
        lock.lock();
        try {
            Work work = seized ? null : parking.pollDue(now);
            tookParked = work != null;
            if (work != null) {
                append(work.items, held);
                setRunning(held, true);
            }
            return work;
        } finally {
            lock.unlock();
        }
    }

    /** Says which of the held messages user code works on from now on; {@code false} if the hand was seized. */
    boolean run(List<Envelope> items) {
        lock.lock();
        try {
            if (seized) {
                return false;
            }
            setRunning(held, false);
            setRunning(items, true);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Says of held messages that they may have been applied: they are not returned any more, whoever has them then. */
    void doubt(List<Envelope> items) {
        lock.lock();
        try {
            for (int i = 0; !seized && i < items.size(); i++) { // what was seized was running, and is unknown already
                items.get(i).inDoubt = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Counts held messages as settled; {@code false} if the hand was seized, and nothing was counted. */
    boolean settle(List<Envelope> items, Outcome outcome) {
        lock.lock();
        try {
            if (seized) {
                return false;
            }
            count(items, outcome);
            letGo(items);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Passes a held message on to the next segment. */
    Handover pass(Envelope envelope, WorkQueue next) {
        lock.lock();
        try {
            if (seized) {
                return Handover.SEIZED;
            }
            List<Envelope> items = List.of(envelope);
            envelope.running = false;
            boolean taken = next.put(envelope);
            if (!taken) {
                count(items, Outcome.RETURNED);
            }
            letGo(items);
            return taken ? Handover.DONE : Handover.RETURNED;
        } finally {
            lock.unlock();
        }
    }

    /** Parks held work until its next attempt. */
    Handover park(List<Work> group, Parking parking) {
        lock.lock();
        try {
            if (seized) {
                return Handover.SEIZED;
            }
            for (Work work : group) {
                setRunning(work.items, false);
            }
            boolean taken = parking.park(group);
            for (Work work : group) {
                if (!taken) {
                    count(work.items, Outcome.RETURNED);
                }
                letGo(work.items);
            }
            return taken ? Handover.DONE : Handover.RETURNED;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes everything away from the worker, for good, and counts it: unknown what user code works on and what is in doubt,
     * returned the rest.
     */
    Seizure seize() {
        lock.lock();
        try {
            seized = true;
            Seizure seizure = new Seizure(new ArrayList<>(), new ArrayList<>());
            for (Envelope envelope : held) {
                (envelope.running || envelope.inDoubt ? seizure.unknown : seizure.returned).add(envelope);
            }
            returned.ensureCapacity(returned.size() + seizure.returned.size());
            unknown.ensureCapacity(unknown.size() + seizure.unknown.size()); // the last that needs memory
            held.clear();
            count(seizure.returned, Outcome.RETURNED);
            count(seizure.unknown, Outcome.UNKNOWN);
            return seizure;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nothing is known any more of where the worker was: what it holds is unknown when it is seized. Needs no memory.
     */
    void loseTrack() {
        lock.lock();
        try {
            setRunning(held, true);
        } finally {
            lock.unlock();
        }
    }

    boolean tookParked() {
        return tookParked;
    }

    boolean isSeized() {
        return seized;
    }

    /** How many messages were settled in a way; exact once the worker has ended or the hand was seized. */
    long count(Outcome outcome) {
        return account(outcome).get();
    }

    /** How many messages are held. */
    int size() {
        lock.lock();
        try {
            return held.size();
        } finally {
            lock.unlock();
        }
    }

    /** What this hand settled as returned. */
    List<Envelope> returned() {
        lock.lock();
        try {
            return List.copyOf(returned);
        } finally {
            lock.unlock();
        }
    }

    /** What was seized from this hand as unknown. */
    List<Envelope> unknown() {
        lock.lock();
        try {
            return List.copyOf(unknown);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes items out of the hand, in one pass, since they lie there in the same order, and without memory: what has a
     * new owner must go.
     */
    @GuardedBy("lock")
    private void letGo(List<Envelope> items) {
        int gone = 0;
        int kept = 0;
        for (int i = 0; i < held.size(); i++) {
            Envelope envelope = held.get(i);
            if (gone < items.size() && items.get(gone) == envelope) {
                gone++;
            } else {
                held.set(kept++, envelope);
            }
        }
        for (int i = held.size() - 1; i >= kept; i--) {
            held.remove(i);
        }
        if (gone != items.size()) {
            throw new IllegalStateException("gave away " + items.size() + " messages and held " + gone + " of them");
        }
    }

    /** What takes memory comes first. */
    @GuardedBy("lock")
    private void count(List<Envelope> items, Outcome outcome) {
        if (outcome == Outcome.RETURNED && isAnyInDoubt(items)) {
            countInDoubt(items);
            return;
        }
        if (outcome == Outcome.RETURNED) {
            returned.ensureCapacity(returned.size() + items.size()); // all of them, or nothing
            append(items, returned);
        } else if (outcome == Outcome.UNKNOWN) {
            unknown.ensureCapacity(unknown.size() + items.size());
            append(items, unknown);
        }
        AtomicLong account = account(outcome);
        account.lazySet(account.get() + items.size()); // one writer at a time: no atomic addition needed
    }

    /** Needs no memory. */
    private static boolean isAnyInDoubt(List<Envelope> items) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).inDoubt) {
                return true;
            }
        }
        return false;
    }

    /** What is handed back, some of it in doubt. */
    @GuardedBy("lock")
    private void countInDoubt(List<Envelope> items) {
        Map<Boolean, List<Envelope>> byDoubt =
                items.stream().collect(Collectors.partitioningBy(envelope -> envelope.inDoubt));
        returned.ensureCapacity(returned.size() + items.size()); // all of them, or nothing
        unknown.ensureCapacity(unknown.size() + items.size());
        count(requireNonNull(byDoubt.get(false)), Outcome.RETURNED);
        count(requireNonNull(byDoubt.get(true)), Outcome.UNKNOWN);
    }

    private static void append(List<Envelope> items, List<Envelope> to) {
        for (int i = 0; i < items.size(); i++) {
            to.add(items.get(i));
        }
    }

    private AtomicLong account(Outcome outcome) {
        return requireNonNull(settled.get(outcome));
    }

    private static void setRunning(List<Envelope> items, boolean running) {
        for (int i = 0; i < items.size(); i++) {
            items.get(i).running = running;
        }
    }
}
