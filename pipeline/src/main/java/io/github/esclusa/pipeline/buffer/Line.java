// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.pipeline.report.Admission;
import org.jspecify.annotations.Nullable;

/**
 * The producers for whom there was no room, in order of arrival: a chain through the waiters themselves, so that nobody
 * needs memory to leave it. Guarded by the buffer's lock.
 *
 * <p>A waiter is in line or answered. Those who are answered together go out as a chain of their own, by its first; each
 * knows the {@link Waiter#next}, which does not change any more.
 *
 * @param <E> the type of message
 */
final class Line<E extends Admissible> {

    private @Nullable Waiter<E> first;
    private @Nullable Waiter<E> last;
    private int length;

    int length() {
        return length;
    }

    void join(Waiter<E> waiter) {
        waiter.previous = last;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
        length++;
    }

    /** Leaves without an answer; {@code false} if the waiter was not in line any more. */
    boolean leave(Waiter<E> waiter) {
        if (waiter.answer() != null) {
            return false;
        }
        if (waiter.previous == null) {
            first = waiter.next;
        } else {
            waiter.previous.next = waiter.next;
        }
        if (waiter.next == null) {
            last = waiter.previous;
        } else {
            waiter.next.previous = waiter.previous;
        }
        length--;
        return true;
    }

    /**
     * Admits from the head while there is room. What memory it takes it takes first.
     *
     * @return the first of those answered, to be announced outside the lock; {@code null} if nobody was
     */
    @Nullable
    Waiter<E> admitInto(Stock<E> stock, long nowNanos) {
        Room room = stock.room();
        if (first == null || !room.fits(first.element.weight())) {
            return null;
        }
        stock.reserve(Math.min(length, room.free()));
        Waiter<E> answered = first;
        Waiter<E> head = first;
        try {
            while (head != null && room.fits(head.element.weight())) {
                Waiter<E> admitted = head;
                admitted.element.admittedLate(nowNanos);
                stock.admit(admitted.element);
                head = admitted.next;
                length--;
                admitted.answer(Admission.ACCEPTED);
            }
        } finally {
            cutBefore(head);
        }
        return answered;
    }

    /**
     * Sends everybody away; needs no memory, and may be repeated if it throws all the same.
     *
     * @return the first of them, to be announced outside the lock; {@code null} if nobody was in line
     */
    @Nullable
    Waiter<E> turnAway() {
        Waiter<E> answered = first;
        for (Waiter<E> each = first; each != null; each = each.next) {
            each.answer(Admission.CLOSED);
        }
        length = 0;
        cutBefore(null);
        return answered;
    }

    /** The line begins here from now on; those before are a chain of their own. */
    private void cutBefore(@Nullable Waiter<E> head) {
        Waiter<E> before = head == null ? last : head.previous;
        if (before != null) {
            before.next = null;
        }
        first = head;
        if (head == null) {
            last = null;
        } else {
            head.previous = null;
        }
    }
}
