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
        int first = count == 1 ? 0 : turn.getAndUpdate(last -> last + 1 == count ? 0 : last + 1);
        for (int i = 0; i < count; i++) {
            Envelope envelope = inlets.get((first + i) % count).buffer().poll();
            if (envelope != null) {
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
    public List<Envelope> abort() {
        List<Envelope> left = new ArrayList<>();
        for (InletCore inlet : inlets) {
            left.addAll(inlet.buffer().abort());
        }
        return left;
    }
}
