// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tells one producer that its one consumer is through with a burst. The producer sleeps until then: one that spins takes one of
 * the machine's processors from whoever is measured.
 */
public final class Countdown {

    private final int burst;

    /** Written by the consumer only. */
    private long consumed;

    /** Written by the consumer only: at which count the burst is through. */
    private long burstEnd;

    /** Written by the consumer only: the count at the end of the last burst that is through. */
    private volatile long finished;

    /** Written by the producer only. */
    private volatile @Nullable Thread producer;

    /** Written by the producer only: the count at the end of the burst it waits for. */
    private long expected;

    /**
     * Counts bursts.
     *
     * @param burst how many make one
     */
    public Countdown(int burst) {
        this.burst = burst;
        this.burstEnd = burst;
    }

    /**
     * For the consumer.
     *
     * @param count how many it has consumed, of the same burst
     */
    public void consume(int count) {
        consumed += count;
        if (consumed == burstEnd) {
            burstEnd += burst;
            finished = consumed;
            LockSupport.unpark(producer);
        }
    }

    /** For the producer, once it has sent a burst: waits until all of it is consumed. */
    public void awaitBurst() {
        expected += burst;
        producer =
                Thread.currentThread(); // before the look at finished, as the consumer writes that before it reads this
        while (finished < expected) {
            LockSupport.park(this);
        }
    }
}
