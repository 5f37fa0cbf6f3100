// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.buffer.Bell;

/**
 * How far the segment before works ahead of this one: enough for its workers never to wait for it, and no further. What is
 * not passed on lies in the inlet, where drop-oldest finds it and the inlets take turns.
 *
 * <pre>
 *   open ──as many queued as may be──▶ shut ──as few as are soon taken──▶ open, and the bell of the segment before rings
 * </pre>
 *
 * <p>It is a bound on what is taken to be passed on, not on the queue: workers who look at the same time pass on one message
 * each, and so does a message that is tried again.
 *
 * <p>Who finds it shut says so in {@link #shut} and then looks at the queue once more; who takes from the queue looks at
 * {@code shut} after it. So one of them sees the other: either the first finds it open, or the second rings.
 */
final class Prefetch {

    /** Fewer would make the segments wake each other for every few messages. */
    private static final int AT_LEAST = 256;

    private final WorkQueue queue;
    private final Bell bellBefore;
    private final long most;
    private final long few;

    /** Whether somebody before counts on being told when it opens. A message that is set aside for it is in its queue. */
    private volatile boolean shut;

    /**
     * A passage that is open.
     *
     * @param queue the queue between the two segments
     * @param bellBefore wakes the workers of the segment before
     * @param spec the segment that takes from the queue
     * @param capacity how many messages the pipeline takes in
     */
    Prefetch(WorkQueue queue, Bell bellBefore, SegmentSpec spec, long capacity) {
        this.queue = queue;
        this.bellBefore = bellBefore;
        long oneRound = spec.inHand();
        this.most = Math.max(oneRound, Math.min(Math.max(AT_LEAST, 2 * oneRound), capacity / 4));
        // The workers take all but a batch that is not full: it opens before they wait for that to fill.
        this.few = Math.max(most / 2, spec.most() - 1);
    }

    WorkQueue queue() {
        return queue;
    }

    /** Whether nothing more is to be passed on for now; whoever waits for that to change is woken. */
    boolean isShut() {
        if (queue.size() < most) {
            return false;
        }
        shut = true;
        return queue.size() >= most;
    }

    /** Something was taken from the queue. */
    void taken() {
        if (shut && queue.size() <= few) {
            shut = false;
            bellBefore.ring();
        }
    }
}
