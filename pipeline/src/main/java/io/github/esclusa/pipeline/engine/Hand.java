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
 * lock a message is in a queue or in this hand, and never in both. What leaves the hand has its new owner, or has come back,
 * before the lock is let go, and what enters it needs no memory on the way: where memory runs out, the worker fails with the
 * message in its hand. Seizing is the one atomic step that decides at the shutdown deadline: what was settled before it is
 * counted, what is held is not the worker's any more, and every later attempt of the worker answers that it comes too late.
 * The lock is the worker's own: others take it to seize, and to read gauges.
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

    /**
     * Grown to its greatest size at once: no memory is needed between taking from a queue and holding. Each message knows its
     * place, and leaves {@code null} there until all have gone: a batch that falls apart is not looked through for each part.
     */
    @GuardedBy("lock")
    private final List<@Nullable Envelope> held;

    /** How many are held. */
    @GuardedBy("lock")
    private int size;

    /** Those that user code works on, if they are still held; {@code null} for all that is held. */
    @GuardedBy("lock")
    private @Nullable List<Envelope> running;

    /** What this hand settled as returned: the report lists them. */
    @GuardedBy("lock")
    private final ArrayList<Envelope> returned = new ArrayList<>(0); // or nothing could be ensured

    /** What was seized while user code worked on it: the report lists them. */
    @GuardedBy("lock")
    private final ArrayList<Envelope> unknown = new ArrayList<>(0);

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
    @SuppressWarnings("NullAway") // a queue only adds to the list, and reads nothing that is in it
    Work take(Source queue, int most) {
        lock.lock();
        try {
            if (seized) {
                return null;
            }
            tookParked = false;
            int before = held.size();
            try {
                queue.pollInto(held, most);
            } finally {
                hold(before); // also what came before memory ran out
            }
            return switch (held.size() - before) {
                case 0 -> null;
                case 1 -> new Work(List.of(requireNonNull(held.get(before))));
                default -> new Work(List.copyOf(held.subList(before, held.size())));
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
                int before = held.size();
                append(work.items, held);
                hold(before);
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
            running = items;
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
            leave(items);
            gone(items.size());
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
            boolean taken = false;
            leave(items);
            try {
                taken = next.put(envelope);
            } finally {
                if (!taken) {
                    comeBack(items);
                }
            }
            if (!taken) {
                count(items, Outcome.RETURNED);
                leave(items);
            }
            gone(1);
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
            boolean taken = false;
            for (int i = 0; i < group.size(); i++) {
                leave(group.get(i).items);
            }
            try {
                taken = parking.park(group);
            } finally {
                for (int i = 0; i < group.size() && !taken; i++) {
                    comeBack(group.get(i).items);
                }
            }
            for (int i = 0; i < group.size(); i++) {
                List<Envelope> items = group.get(i).items;
                if (!taken) {
                    count(items, Outcome.RETURNED);
                    leave(items);
                }
                gone(items.size());
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
            int most = held.size();
            Seizure seizure = new Seizure(new ArrayList<>(most), new ArrayList<>(most));
            returned.ensureCapacity(returned.size() + most);
            unknown.ensureCapacity(unknown.size() + most); // the last that needs memory
            List<Envelope> worked = running;
            if (worked != null) {
                for (int i = 0; i < worked.size(); i++) {
                    Envelope envelope = worked.get(i);
                    if (remove(envelope)) {
                        seizure.unknown.add(envelope);
                    }
                }
            }
            for (int i = 0; i < most; i++) {
                Envelope envelope = held.get(i);
                if (envelope != null) {
                    (worked == null || envelope.inDoubt ? seizure.unknown : seizure.returned).add(envelope);
                }
            }
            clear();
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
            running = null;
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
            return size;
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

    /** What was added to the list is held, and all that is held is worked on from now on. Needs no memory. */
    @GuardedBy("lock")
    private void hold(int before) {
        for (int i = before; i < held.size(); i++) {
            requireNonNull(held.get(i)).place = i;
        }
        size += held.size() - before;
        running = null;
    }

    /**
     * Items leave their places, in as many steps as they are, and without memory. This comes before they are given away:
     * whoever has them next, another hand perhaps, writes where they lie there.
     */
    @GuardedBy("lock")
    private void leave(List<Envelope> items) {
        for (int i = 0; i < items.size(); i++) {
            if (!remove(items.get(i))) {
                throw new IllegalStateException("gave away " + items.size() + " messages and held " + i + " of them");
            }
        }
    }

    /** Nobody took them: they are held as before. */
    @GuardedBy("lock")
    private void comeBack(List<Envelope> items) {
        for (int i = 0; i < items.size(); i++) {
            Envelope envelope = items.get(i);
            held.set(envelope.place, envelope);
        }
    }

    /** So many that have left do not come back. */
    @GuardedBy("lock")
    private void gone(int count) {
        size -= count;
        if (size == 0) {
            clear();
        }
    }

    /** Its place is that of another hand if it is not held: it is read once, and proves nothing. */
    @GuardedBy("lock")
    private boolean remove(Envelope envelope) {
        int place = envelope.place;
        if (place >= held.size() || held.get(place) != envelope) {
            return false;
        }
        held.set(place, null);
        return true;
    }

    /** Nothing is held any more, and no message is kept. */
    @GuardedBy("lock")
    private void clear() {
        held.clear();
        size = 0;
        running = null;
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

    private static void append(List<Envelope> items, List<? super Envelope> to) {
        for (int i = 0; i < items.size(); i++) {
            to.add(items.get(i));
        }
    }

    private AtomicLong account(Outcome outcome) {
        return requireNonNull(settled.get(outcome));
    }
}
