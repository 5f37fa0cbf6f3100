// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap of entries by the moment they are due, in which each entry knows its own place: so the one that is
 * cancelled, wherever it is, leaves at once and in O(log n), and no cancelled timer waits in memory for its time.
 *
 * <p>Plain data without a clock, a lock or a thread; an entry is in one heap at most. All due times in a heap must lie
 * within half of the clock's range of each other, which {@code Deadline.nanosOf} sees to.
 *
 * @param <E> the entries
 */
final class DueHeap<E extends DueEntry> {

    /** Below this size the array is not worth giving back. */
    private static final int KEEP = 1024;

    private static final DueEntry[] NO_ROOM = {};

    private DueEntry[] entries = new DueEntry[16];

    private int size;

    int size() {
        return size;
    }

    @Nullable
    E peek() {
        return size == 0 ? null : at(0);
    }

    /** Makes room, so that no {@link #add} up to this size needs memory. When there is none, nothing has changed. */
    void reserve(int capacity) {
        if (capacity > entries.length) {
            entries = Arrays.copyOf(entries, Math.max(capacity, entries.length + (entries.length >> 1)));
        }
    }

    /** Gives most of the room back when much less of it is still needed. */
    void giveBack(int needed) {
        if (entries.length > KEEP && needed < entries.length / 4) {
            try {
                entries = Arrays.copyOf(entries, Math.max(KEEP, 2 * needed));
            } catch (OutOfMemoryError e) {
                return; // The larger array is kept, and will do.
            }
        }
    }

    /** Gives all of the room back: it is empty, and stays so. Needs no memory. */
    void giveAllBack() {
        entries = NO_ROOM;
    }

    /** Adds an entry, for which room has been reserved. */
    void add(E entry) {
        size++;
        siftUp(size - 1, entry);
    }

    /** Takes an entry out, wherever it is. */
    void remove(E entry) {
        int hole = entry.index;
        size--;
        E last = at(size);
        clear(size);
        entry.index = DueEntry.NOWHERE;
        if (last != entry) {
            put(hole, last);
            moved(last);
        }
    }

    /** Puts an entry whose due time has changed back in order. */
    void moved(E entry) {
        int index = entry.index;
        siftUp(index, entry);
        if (entry.index == index) {
            siftDown(index, entry);
        }
    }

    private void siftUp(int from, E entry) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) >>> 1;
            E above = at(parent);
            if (!entry.isBefore(above)) {
                break;
            }
            put(index, above);
            index = parent;
        }
        put(index, entry);
    }

    private void siftDown(int from, E entry) {
        int index = from;
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && at(child + 1).isBefore(at(child))) {
                child++;
            }
            E below = at(child);
            if (!below.isBefore(entry)) {
                break;
            }
            put(index, below);
            index = child;
        }
        put(index, entry);
    }

    @SuppressWarnings("unchecked") // Only put() fills the array.
    private E at(int index) {
        return (E) entries[index];
    }

    @SuppressWarnings("NullAway") // Beyond the size the array holds nothing, and nothing reads it.
    private void clear(int index) {
        entries[index] = null;
    }

    private void put(int index, E entry) {
        entries[index] = entry;
        entry.index = index;
    }
}
