// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The inlets, served in turn: a flood on one does not keep the others waiting. */
final class Intake implements Source {

    private final List<InletCore> inlets;

    /** Whose turn it is. */
    private final AtomicInteger turn = new AtomicInteger();

    Intake(List<InletCore> inlets) {
        this.inlets = inlets;
    }

    /** What an inlet keeps back is not there for the taking. */
    @Override
    public int size() {
        int size = 0;
        for (InletCore inlet : inlets) {
            size += inlet.buffer().keepsBack() ? 0 : inlet.buffer().size();
        }
        return size;
    }

    /** Each inlet gives its share first; what is then still wanted comes from whoever has it. */
    @Override
    public void pollInto(List<Envelope> into, int most) {
        int count = inlets.size();
        int first = turn.get();
        int share = Math.max(1, most / count);
        int wanted = into.size() + most;
        for (int i = 0; i < 2 * count && into.size() < wanted; i++) {
            int next = (first + i) % count;
            int before = into.size();
            int left = wanted - before;
            inlets.get(next).buffer().pollInto(into, i < count ? Math.min(share, left) : left);
            if (into.size() > before) {
                turn.lazySet((next + 1) % count); // the next one's turn, also where idle ones were passed over
            }
        }
    }

    /** Whether an inlet has turned somebody away and has had no room since, or keeps back what it has. */
    boolean isFull() {
        for (InletCore inlet : inlets) {
            if (inlet.isFull()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a full inlet has a message in a queue. */
    boolean isFullOf(Source queue) {
        for (InletCore inlet : inlets) {
            if (inlet.isFull() && queue.holdsOf(inlet)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean holdsOf(InletCore inlet) {
        return !inlet.buffer().keepsBack() && inlet.buffer().size() > 0;
    }

    @Override
    public @Nullable Long oldestNanos() {
        Long oldest = null;
        for (InletCore inlet : inlets) {
            Envelope head = inlet.buffer().keepsBack() ? null : inlet.buffer().firstQueued(any -> true);
            if (head != null && (oldest == null || head.queuedNanos - oldest < 0)) {
                oldest = head.queuedNanos;
            }
        }
        return oldest;
    }

    @Override
    public void abort() {
        for (int i = 0; i < inlets.size(); i++) {
            inlets.get(i).buffer().abort();
        }
    }

    @Override
    public List<List<Envelope>> left() {
        List<List<Envelope>> left = new ArrayList<>();
        for (InletCore inlet : inlets) {
            left.add(inlet.buffer().left());
        }
        return left;
    }
}
