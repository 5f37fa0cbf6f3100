// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where work waits between two attempts, so that no worker sleeps.
 *
 * <p>A segment with one worker keeps order: its parked work goes back to the head of the line it was taken from, and the
 * worker takes nothing else until the head is due. A segment with several takes whatever is due first.
 */
class Parking {

    private final boolean ordered;

    private final ReentrantLock lock = new ReentrantLock();

    /** The head of the line is at the end. */
    @GuardedBy("lock")
    private final ArrayList<Work> inOrder = new ArrayList<>(0); // or nothing could be ensured

    @GuardedBy("lock")
    private final PriorityQueue<Work> byDue;

    @GuardedBy("lock")
    private boolean aborted;

    /** How many messages are parked: written under the lock, read without it. */
    private volatile int size;

    Parking(boolean ordered) {
        this.ordered = ordered;
        Comparator<Work> earlier = (a, b) -> Long.signum(a.dueNanos - b.dueNanos);
        this.byDue = new PriorityQueue<>(11, earlier);
    }

    /** Whether parked work holds back what comes after it. */
    boolean holdsBack() {
        return ordered && size > 0;
    }

    /** Whether nothing is parked. */
    boolean isEmpty() {
        return size == 0;
    }

    /** How many messages are parked. */
    int size() {
        return size;
    }

    /**
     * Parks work, in order, to be taken before anything parked earlier where order is kept.
     *
     * @return {@code false} after {@link #abort}: the work stays the caller's
     */
    boolean park(List<Work> group) {
        lock.lock();
        try {
            if (aborted) {
                return false;
            }
            int messages = size;
            if (ordered) {
                inOrder.ensureCapacity(inOrder.size() + group.size()); // all of the group, or nothing
                for (int i = group.size() - 1; i >= 0; i--) {
                    inOrder.add(group.get(i));
                }
            } else {
                addAllOrNothing(group);
            }
            for (Work work : group) {
                messages += work.items.size();
            }
            size = messages;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what is due next; {@code null} if nothing is due yet. */
    @Nullable
    Work pollDue(long now) {
        lock.lock();
        try {
            Work head = head();
            if (head == null || head.dueNanos - now > 0) {
                return null;
            }
            removeHead();
            int messages = size - head.items.size();
            size = messages;
            return head;
        } finally {
            lock.unlock();
        }
    }

    /** When something is due next; {@code null} if nothing is parked. */
    @Nullable
    Long nextDueNanos() {
        lock.lock();
        try {
            Work head = head();
            return head == null ? null : head.dueNanos;
        } finally {
            lock.unlock();
        }
    }

    /** Gives out nothing more, and refuses what comes later. Needs no memory; further calls do nothing. */
    void abort() {
        lock.lock();
        try {
            aborted = true;
            size = 0;
        } finally {
            lock.unlock();
        }
    }

    /** What is left after {@link #abort}: in order where order is kept. */
    List<Envelope> left() {
        lock.lock();
        try {
            List<Envelope> left = new ArrayList<>();
            for (int i = inOrder.size() - 1; i >= 0; i--) {
                left.addAll(inOrder.get(i).items);
            }
            byDue.forEach(work -> left.addAll(work.items));
            return left;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable Work head() {
        if (aborted) {
            return null;
        }
        if (ordered) {
            return inOrder.isEmpty() ? null : inOrder.get(inOrder.size() - 1);
        }
        return byDue.peek();
    }

    @GuardedBy("lock")
    private void removeHead() {
        if (ordered) {
            inOrder.remove(inOrder.size() - 1);
        } else {
            byDue.remove();
        }
    }

    @GuardedBy("lock")
    private void addAllOrNothing(List<Work> group) {
        try {
            byDue.addAll(group);
        } catch (Throwable e) { // no memory
            for (int i = 0; i < group.size(); i++) {
                byDue.remove(group.get(i));
            }
            throw e;
        }
    }
}
