// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a buffer holds: the queue, the credit taken, and the counts. Guarded by the buffer's lock; the counts are written
 * under it and may be read without it.
 *
 * @param <E> the type of message
 */
final class Stock<E extends Admissible> {

    private final Room room;

    private final Allowance allowance;

    private final Ring<E> queue = new Ring<>();

    private boolean frozen;

    private volatile int queued;

    /** Whether a poll has left something in the queue because no more may be out. */
    private volatile boolean keepsBack;

    private volatile long admitted;
    private volatile long dropped;

    /** Evicted, and the owner still being told. */
    private volatile int leaving;

    Stock(Room room, Allowance allowance) {
        this.room = room;
        this.allowance = allowance;
    }

    Room room() {
        return room;
    }

    int queued() {
        return queued;
    }

    boolean keepsBack() {
        return keepsBack;
    }

    long admitted() {
        return admitted;
    }

    long dropped() {
        return dropped;
    }

    int leaving() {
        return leaving;
    }

    /** Makes sure that so many admissions need no memory. */
    void reserve(int more) {
        queue.reserve(more);
    }

    /**
     * Queues a message for which there is room; where memory runs out, nothing has changed. The owner hears of it in any case,
     * so what is kept back for no reason any more is let out here: all that was out may have come back while the queue was
     * empty, or whoever was too heavy may have been evicted.
     */
    void admit(E element) {
        queue.add(element);
        room.take(element.weight());
        queued = queue.size();
        stopsKeepingBack();
        long count = admitted + 1;
        admitted = count;
    }

    void pollInto(List<? super E> into, int most) {
        for (int i = 0; i < most && !frozen && mayPoll(); i++) {
            E element = requireNonNull(queue.poll());
            into.add(element);
            allowance.polled(element.weight());
        }
        queued = frozen ? 0 : queue.size();
        keepsBack = queued > 0 && !mayPoll();
    }

    /** Whether there is a message, and it may be out besides those that are. */
    private boolean mayPoll() {
        return queue.size() > 0 && allowance.isLeftFor(queue.get(0).weight());
    }

    /** Credit of polled messages goes back; {@code true} if that lets others be polled that were kept back. */
    boolean release(int messages, long weight) {
        room.giveBack(messages, weight);
        allowance.released(messages, weight);
        return stopsKeepingBack();
    }

    /** Nothing is kept back any more. */
    void letAllOut() {
        allowance.lift();
        stopsKeepingBack();
    }

    private boolean stopsKeepingBack() {
        if (!keepsBack || !mayPoll()) {
            return false;
        }
        keepsBack = false;
        return true;
    }

    /** Nothing is to be taken any more: what is queued stays, and is not counted as queued. */
    void freeze() {
        frozen = true;
        queued = 0;
    }

    /** What is left after the freeze, without a copy. */
    List<E> left() {
        return queue.asList();
    }

    @Nullable
    E first(Predicate<? super E> kind) {
        if (frozen) {
            return null;
        }
        for (int i = 0; i < queue.size(); i++) {
            E element = queue.get(i);
            if (kind.test(element)) {
                return element;
            }
        }
        return null;
    }

    /**
     * Takes out the fewest oldest that make room, none if even all would not. Their credit stays taken, and is topped up
     * where the newcomer outweighs them: the difference is free now, and another might have it later.
     */
    Eviction<E> evictFor(E newcomer) {
        int count = 0;
        long lighter = 0;
        while (!room.wouldFit(newcomer.weight(), count, lighter)) {
            if (count == queue.size()) {
                return new Eviction<>(List.of(), 0);
            }
            lighter += queue.get(count).weight();
            count++;
        }
        List<E> evicted = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            evicted.add(queue.get(i));
        }
        Eviction<E> eviction = new Eviction<>(evicted, room.topUp(lighter, newcomer.weight()));
        for (int i = 0; i < count; i++) {
            queue.poll();
        }
        queued = queue.size();
        long total = dropped + count;
        dropped = total;
        int going = leaving + count;
        leaving = going;
        stopsKeepingBack(); // who was too heavy to be out besides may be gone
        return eviction;
    }

    /** The owner has been told of what was evicted: its credit goes back. */
    void left(Eviction<E> eviction) {
        int still = leaving - eviction.evicted().size();
        leaving = still;
        room.giveBack(eviction.evicted().size(), eviction.weight());
    }

    /** What was evicted, and the weight kept for whom it was evicted. */
    record Eviction<E>(List<E> evicted, long weight) {}
}
