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

    @Override
    public int size() {
        int size = 0;
        for (InletCore inlet : inlets) {
            size += inlet.buffer().size();
        }
        return size;
    }

    @Override
    public @Nullable Envelope poll() {
        int count = inlets.size();
        int first = turn.get();
        for (int i = 0; i < count; i++) {
            int served = (first + i) % count;
            Envelope envelope = inlets.get(served).buffer().poll();
            if (envelope != null) {
                turn.lazySet((served + 1) % count); // the next one's turn, also where idle ones were passed over
                return envelope;
            }
        }
        return null;
    }

    @Override
    public @Nullable Long oldestNanos() {
        Long oldest = null;
        for (InletCore inlet : inlets) {
            Envelope head = inlet.buffer().firstQueued(any -> true);
            if (head != null && (oldest == null || head.queuedNanos - oldest < 0)) {
                oldest = head.queuedNanos;
            }
        }
        return oldest;
    }

    @Override
    public void abort() {
        for (InletCore inlet : inlets) {
            inlet.buffer().abort();
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
