// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import java.util.AbstractList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue in an array that grows, guarded by its owner's lock. It makes room <em>before</em> it stores: where memory runs
 * out, an {@code add} has changed nothing. ({@link java.util.ArrayDeque} stores first; one that cannot grow then takes
 * itself for empty, and what was queued is gone.)
 *
 * @param <E> the type of element
 */
public final class Ring<E> {

    private static final int FIRST_SIZE = 16;

    /** Its length is a power of two. */
    private @Nullable Object[] slots = new @Nullable Object[FIRST_SIZE];

    private int head;
    private int size;

    /** An empty queue. */
    public Ring() {}

    /**
     * How many elements are queued.
     *
     * @return their number
     */
    public int size() {
        return size;
    }

    /**
     * Makes room, so that so many {@link #add}s need no memory.
     *
     * @param more how many
     */
    public void reserve(int more) {
        int length = slots.length;
        while (length - size < more) {
            length = Math.multiplyExact(length, 2);
        }
        if (length != slots.length) {
            @Nullable Object[] wider = new @Nullable Object[length];
            for (int i = 0; i < size; i++) {
                wider[i] = slots[slot(i)];
            }
            slots = wider;
            head = 0;
        }
    }

    /**
     * Queues an element.
     *
     * @param element the element
     */
    public void add(E element) {
        reserve(1);
        slots[slot(size)] = element;
        size++;
    }

    /**
     * Takes the oldest element; needs no memory.
     *
     * @return the element; {@code null} if there is none
     */
    public @Nullable E poll() {
        E oldest = peek();
        if (oldest != null) {
            slots[head] = null;
            head = slot(1);
            size--;
        }
        return oldest;
    }

    /**
     * Looks at the oldest element.
     *
     * @return the element; {@code null} if there is none
     */
    public @Nullable E peek() {
        return size == 0 ? null : get(0);
    }

    /**
     * Looks at an element.
     *
     * @param index its place, from 0 for the oldest; less than {@link #size}
     * @return the element
     */
    @SuppressWarnings({"unchecked", "NullAway"
    }) // only elements are stored, and between head and size all slots are set
    public E get(int index) {
        return (E) slots[slot(index)];
    }

    /**
     * Everything in the queue, without a copy.
     *
     * @return a view, oldest first, which changes with the queue; for others only once that changes no more
     */
    public List<E> asList() {
        return new AbstractList<>() {
            @Override
            public E get(int index) {
                return Ring.this.get(index);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    private int slot(int index) {
        return (head + index) & (slots.length - 1);
    }
}
