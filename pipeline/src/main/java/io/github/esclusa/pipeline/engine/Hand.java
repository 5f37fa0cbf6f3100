// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
 * <p>Every change of owner happens under this lock, with the queue's own lock taken inside it, so at any moment a message
 * is in a queue or in a hand, and never in both. Seizing is the one atomic step that decides at the shutdown deadline:
 * what was settled before it is counted, what is held is not the worker's any more, and every later attempt of the worker
 * answers that it comes too late. The lock is the worker's own and never contended but by the one who seizes.
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

    @GuardedBy("lock")
    private final List<Envelope> held = new ArrayList<>();

    /** What this hand settled as returned: the report lists them. */
    @GuardedBy("lock")
    private final List<Envelope> returned = new ArrayList<>();

    @GuardedBy("lock")
    private boolean seized;

    /** Counts by outcome: written under the lock, read without it by meters. */
    private final Map<Outcome, AtomicLong> settled = new EnumMap<>(Outcome.class);

    Hand() {
        for (Outcome outcome : Outcome.values()) {
            settled.put(outcome, new AtomicLong());
        }
    }

    /** Takes work from a queue; {@code null} if there was none, or the hand was seized. */
    @Nullable
    Work take(Supplier<@Nullable Work> queue) {
        lock.lock();
        try {
            if (seized) {
                return null;
            }
            Work work = queue.get();
            if (work != null) {
                held.addAll(work.items);
                setRunning(work.items, true);
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

    /** Counts held messages as settled; {@code false} if the hand was seized, and nothing was counted. */
    boolean settle(List<Envelope> items, Outcome outcome) {
        lock.lock();
        try {
            if (seized) {
                return false;
            }
            letGo(items);
            count(items, outcome);
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
            letGo(items);
            envelope.running = false;
            if (next.put(envelope)) {
                return Handover.DONE;
            }
            count(items, Outcome.RETURNED);
            return Handover.RETURNED;
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
                letGo(work.items);
                setRunning(work.items, false);
            }
            if (parking.park(group)) {
                return Handover.DONE;
            }
            group.forEach(work -> count(work.items, Outcome.RETURNED));
            return Handover.RETURNED;
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything away from the worker, for good, and counts it: unknown what user code works on, returned the rest. */
    Seizure seize() {
        lock.lock();
        try {
            seized = true;
            Seizure seizure = new Seizure(new ArrayList<>(), new ArrayList<>());
            for (Envelope envelope : held) {
                (envelope.running ? seizure.unknown : seizure.returned).add(envelope);
            }
            held.clear();
            count(seizure.returned, Outcome.RETURNED);
            count(seizure.unknown, Outcome.UNKNOWN);
            return seizure;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #seize}, when nothing is known any more of where the worker was. */
    Seizure seizeAsUnknown() {
        lock.lock();
        try {
            setRunning(held, true);
            return seize();
        } finally {
            lock.unlock();
        }
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

    /** Items are always held, so as many as are held means all. */
    @GuardedBy("lock")
    private void letGo(List<Envelope> items) {
        if (items.size() == held.size()) {
            held.clear();
        } else {
            Set<Envelope> gone = Collections.newSetFromMap(new IdentityHashMap<>(items.size()));
            gone.addAll(items);
            held.removeIf(gone::contains);
        }
    }

    @GuardedBy("lock")
    private void count(List<Envelope> items, Outcome outcome) {
        AtomicLong account = account(outcome);
        account.lazySet(account.get() + items.size()); // one writer at a time: no atomic addition needed
        if (outcome == Outcome.RETURNED) {
            returned.addAll(items);
        }
    }

    private AtomicLong account(Outcome outcome) {
        return requireNonNull(settled.get(outcome));
    }

    private static void setRunning(List<Envelope> items, boolean running) {
        for (Envelope envelope : items) {
            envelope.running = running;
        }
    }
}
