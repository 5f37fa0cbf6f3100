// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.pipeline.buffer.Ring;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The queue between two segments. It has no bound of its own: what it holds has credit from an inlet. */
final class WorkQueue implements Source {

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Ring<Envelope> queue = new Ring<>();

    @GuardedBy("lock")
    private boolean aborted;

    /** How many are queued of each inlet, by its number: written under the lock, read without it. */
    private final AtomicIntegerArray byInlet;

    /** The queue's size: written under the lock, read without it. */
    private volatile int size;

    /**
     * An empty queue.
     *
     * @param inlets how many inlets it counts for; none unless a batch waits in it
     */
    WorkQueue(int inlets) {
        this.byInlet = new AtomicIntegerArray(inlets);
    }

    /**
     * Adds a message. The caller tells the segment once it has let go of its own lock.
     *
     * @return {@code false} after {@link #abort}: the message stays the caller's
     */
    boolean put(Envelope envelope) {
        lock.lock();
        try {
            if (aborted) {
                return false;
            }
            queue.add(envelope);
            count(envelope, 1);
            size = queue.size();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void count(Envelope envelope, int more) {
        if (byInlet.length() > 0) {
            int number = envelope.inlet.number();
            byInlet.lazySet(number, byInlet.get(number) + more); // seen by whoever sees the size written next
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean holdsOf(InletCore inlet) {
        return byInlet.get(inlet.number()) > 0;
    }

    @Override
    public void pollInto(List<Envelope> into, int most) {
        if (size == 0) {
            return;
        }
        lock.lock();
        try {
            for (int i = 0; i < most && !aborted; i++) {
                Envelope envelope = queue.poll();
                if (envelope == null) {
                    break;
                }
                into.add(envelope);
                count(envelope, -1);
            }
            size = aborted ? 0 : queue.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable Long oldestNanos() {
        lock.lock();
        try {
            Envelope head = aborted ? null : queue.peek();
            return head == null ? null : head.queuedNanos;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void abort() {
        lock.lock();
        try {
            aborted = true;
            size = 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<List<Envelope>> left() {
        lock.lock();
        try {
            return List.of(queue.asList());
        } finally {
            lock.unlock();
        }
    }
}
