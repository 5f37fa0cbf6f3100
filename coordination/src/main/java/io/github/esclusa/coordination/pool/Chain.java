// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/**
 * A list whose places belong to what stands in it. So putting in and taking out need no memory, and whoever leaves early is
 * not searched for. Plain state, guarded by the lock of the {@link HandOver} it belongs to.
 *
 * @param <E> what stands in it
 */
final class Chain<E> {

    /** A place for one element, in one chain at a time. */
    static final class Place<E> {

        private final E element;

        private @Nullable Chain<E> chain;
        private @Nullable Place<E> previous;
        private @Nullable Place<E> next;

        Place(E element) {
            this.element = element;
        }
    }

    private @Nullable Place<E> first;
    private @Nullable Place<E> last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    @Nullable
    E first() {
        return elementOf(first);
    }

    @Nullable
    E last() {
        return elementOf(last);
    }

    /** What stands behind a place; {@code null} behind the last one. */
    @Nullable
    E after(Place<E> place) {
        return elementOf(place.next);
    }

    /** What stands before a place; {@code null} before the first one. */
    @Nullable
    E before(Place<E> place) {
        return elementOf(place.previous);
    }

    /** Puts in at the end what is in no chain. */
    void addLast(Place<E> place) {
        place.chain = this;
        place.previous = last;
        if (last == null) {
            first = place;
        } else {
            last.next = place;
        }
        last = place;
        size++;
    }

    /** Takes out from anywhere; {@code false} if it is not in this chain. */
    boolean remove(Place<E> place) {
        if (place.chain != this) {
            return false;
        }
        Place<E> before = place.previous;
        Place<E> after = place.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        place.chain = null;
        place.previous = null;
        place.next = null;
        size--;
        return true;
    }

    @Nullable
    E pollFirst() {
        return poll(first);
    }

    @Nullable
    E pollLast() {
        return poll(last);
    }

    private @Nullable E poll(@Nullable Place<E> place) {
        if (place == null) {
            return null;
        }
        remove(place);
        return place.element;
    }

    private static <E> @Nullable E elementOf(@Nullable Place<E> place) {
        return place == null ? null : place.element;
    }
}
