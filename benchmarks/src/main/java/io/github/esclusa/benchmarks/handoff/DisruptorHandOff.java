// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.handoff;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import io.github.esclusa.benchmarks.Countdown;
import io.github.esclusa.core.thread.NamedThreads;
import org.jspecify.annotations.Nullable;

/**
 * The LMAX Disruptor as its user guide sets it up: a single producer declared as such, a translator that captures nothing, a
 * handler that clears its slot, and the strategy under which the consumer sleeps. The producer on a full ring does not: it polls.
 */
final class DisruptorHandOff implements HandOff {

    private static final EventTranslatorOneArg<Slot, Long> TRANSLATOR =
            (slot, sequence, message) -> slot.message = message;

    private final Disruptor<Slot> disruptor;
    private final RingBuffer<Slot> ring;

    private DisruptorHandOff(Disruptor<Slot> disruptor) {
        this.disruptor = disruptor;
        this.ring = disruptor.start();
    }

    static HandOff start(int capacity, Countdown countdown) {
        Disruptor<Slot> disruptor = new Disruptor<>(
                Slot::new, capacity, NamedThreads.daemon("disruptor"), ProducerType.SINGLE, new BlockingWaitStrategy());
        disruptor.handleEventsWith((slot, sequence, endOfBatch) -> {
            slot.message = null;
            countdown.consume(1);
        });
        return new DisruptorHandOff(disruptor);
    }

    @Override
    public void send(Long message) {
        ring.publishEvent(TRANSLATOR, message);
    }

    @Override
    public void close() {
        disruptor.shutdown();
    }

    /** A slot of the ring. */
    private static final class Slot {
        @Nullable
        Long message;
    }
}
