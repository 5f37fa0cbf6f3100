// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Writes the dead letters that several threads bring at the same time in one transaction ("group commit"): a disk forces
 * a few thousand transactions a second, however little is in each.
 *
 * <p>The first to come writes (it leads); those that come meanwhile wait, and when it is back one of them writes for all
 * of them. Each thread returns once its own letter is committed, or with its own failure:
 *
 * <pre>
 *   WAITING --a leader takes it--> TAKEN --committed, or failed--> DONE
 *      ^                             |
 *      +---the leader is interrupted-+
 * </pre>
 *
 * <p>A letter is in the queue from before its thread looks for a leader until it is done or its thread has left; a leader
 * takes it by writing down that it is in its group, and leaves it where it is. So each leader's group has its own letter in
 * it, and an interrupted one gives the others back by doing nothing, for which there is always memory.
 *
 * <p>No wake-up is lost: a leader that leaves says so to all under the lock, and whoever then finds its letter not done, and
 * nobody leading, leads.
 */
final class DeadLetterGroups implements AutoCloseable {

    /** How the letters reach the database. */
    @FunctionalInterface
    interface Writing {
        /** All or none, in one transaction. */
        void write(List<DeadLetterRow> letters) throws InterruptedException;
    }

    private static final class Entry {
        final DeadLetterRow letter;

        /** Guarded by the lock of the groups. */
        boolean done;

        /** Written by the leader before {@link #done}. */
        @Nullable
        Throwable failure;

        Entry(DeadLetterRow letter) {
            this.letter = letter;
        }
    }

    private final Writing writing;

    private final InstrumentedLock lock;
    private final Condition changed;

    /** In the order in which they came. A list, since a deque that finds no memory to grow has lost what was in it. */
    @GuardedBy("lock")
    private final List<Entry> waiting = new ArrayList<>();

    @GuardedBy("lock")
    private boolean led;

    DeadLetterGroups(String name, Writing writing, @Nullable MeterRegistry registry) {
        this.writing = writing;
        this.lock = InstrumentedLock.builder(name).meterRegistry(registry).build();
        this.changed = lock.newCondition();
    }

    /**
     * Returns once the letter is committed.
     *
     * @throws StoreException if it is not, as far as is known; giving it again doubles nothing
     * @throws InterruptedException if interrupted; the letter may be on its way with another thread all the same
     */
    void write(DeadLetterRow letter) throws InterruptedException {
        Entry mine = new Entry(letter);
        List<Entry> group = joinOrLead(mine);
        if (group.isEmpty()) {
            throwFailureOf(mine);
            return;
        }
        boolean settled = false;
        try {
            writeAll(group);
            settled = true;
        } finally {
            handBack(group, mine, settled);
        }
        throwFailureOf(mine);
    }

    /** The group to write, with this letter in it; empty if another thread has seen to the letter. */
    private List<Entry> joinOrLead(Entry mine) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            waiting.add(mine);
            boolean stays = false;
            try {
                while (led && !mine.done) {
                    changed.await();
                }
                List<Entry> group = mine.done ? List.of() : new ArrayList<>(waiting);
                led |= !mine.done; // last: there may be no memory for the group
                stays = true;
                return group;
            } finally {
                if (!stays) { // interrupted, or without memory; a letter that a leader has taken cannot be had back
                    waiting.remove(mine);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void writeAll(List<Entry> group) throws InterruptedException {
        Throwable failure = attempt(group);
        if (failure == null || group.size() == 1 || !Store.isDataError(failure)) {
            for (Entry entry : group) {
                entry.failure = failure;
            }
            return;
        }
        for (Entry entry : group) { // one of them is refused: it alone is to fail
            entry.failure = attempt(List.of(entry));
        }
    }

    private @Nullable Throwable attempt(List<Entry> group) throws InterruptedException {
        try {
            writing.write(group.stream().map(entry -> entry.letter).toList());
            return null;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) { // an Error too is the answer to every letter of the group
            return e;
        }
    }

    /** An interrupt is the leader's own: the others' letters are in the queue still, and another one leads. */
    private void handBack(List<Entry> group, Entry mine, boolean settled) {
        lock.lock();
        try {
            led = false;
            if (settled) {
                for (int i = 0; i < group.size(); i++) { // without an iterator, which takes memory
                    Entry entry = group.get(i);
                    entry.done = true;
                    waiting.remove(entry);
                }
            } else {
                waiting.remove(mine);
            }
            changed.signalAll(); // last: the JDK's condition may need memory
        } finally {
            lock.unlock();
        }
    }

    /** Each thread gets an exception of its own: what it adds to it is no affair of the others. */
    private static void throwFailureOf(Entry entry) {
        Throwable failure = entry.failure;
        if (failure != null) {
            throw new StoreException(failure.getMessage() == null ? failure.toString() : failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
