// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.pipeline.report.Admission;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The producers for whom there was no room, in order of arrival. Guarded by the buffer's lock.
 *
 * @param <E> the type of message
 */
final class Line<E extends Admissible> {

    private final LinkedHashSet<Waiter<E>> waiters = new LinkedHashSet<>();

    int length() {
        return waiters.size();
    }

    void join(Waiter<E> waiter) {
        waiters.add(waiter);
    }

    /** Leaves without an answer; {@code false} if the waiter was not in line any more. */
    boolean leave(Waiter<E> waiter) {
        return waiters.remove(waiter);
    }

    /**
     * Admits from the head while there is room. What memory it takes it takes first: a waiter is either in line or
     * answered, and whoever was answered is in the list.
     *
     * @return those answered, to be announced outside the lock
     */
    List<Waiter<E>> admitInto(Stock<E> stock, long nowNanos) {
        Room room = stock.room();
        if (waiters.isEmpty() || !room.fits(waiters.iterator().next().element.weight())) {
            return List.of();
        }
        int most = Math.min(waiters.size(), room.free());
        stock.reserve(most);
        List<Waiter<E>> answered = new ArrayList<>(most);
        Iterator<Waiter<E>> inOrder = waiters.iterator();
        while (inOrder.hasNext()) {
            Waiter<E> waiter = inOrder.next();
            if (!room.fits(waiter.element.weight())) {
                break;
            }
            waiter.element.admittedLate(nowNanos);
            stock.admit(waiter.element);
            inOrder.remove();
            waiter.answer(Admission.ACCEPTED);
            answered.add(waiter);
        }
        return answered;
    }

    /**
     * Sends everybody away.
     *
     * @return those answered, to be announced outside the lock
     */
    List<Waiter<E>> turnAway() {
        List<Waiter<E>> answered = List.copyOf(waiters);
        waiters.clear();
        answered.forEach(waiter -> waiter.answer(Admission.CLOSED));
        return answered;
    }
}
