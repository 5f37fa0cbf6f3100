// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.esclusa.pipeline.buffer.Admissible;
import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.stress.BuffersForStress.Item;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A message in line before a full buffer, the release that makes room for it, and the close that refuses it; and what a
 * consumer sees of a message.
 */
public class BufferHandOffStress {

    private static final int ACCEPTED = 1;
    private static final int CLOSED = 2;
    private static final int OTHERWISE = 3;

    /** Not made: a place for its tests. */
    private BufferHandOffStress() {}

    private static int codeOf(Admission answer) {
        return answer == Admission.ACCEPTED ? ACCEPTED : answer == Admission.CLOSED ? CLOSED : OTHERWISE;
    }

    /** One message, polled and not released. */
    private static BoundedBuffer<Item> full() {
        BoundedBuffer<Item> buffer = BuffersForStress.buffer(1, 10, Overflow.block());
        buffer.offer(new Item(0, 1));
        BuffersForStress.poll(buffer);
        return buffer;
    }

    private static int pollAll(BoundedBuffer<Item> buffer) {
        int polled = 0;
        while (BuffersForStress.poll(buffer) != null) {
            polled++;
        }
        return polled;
    }

    /**
     * A producer that comes to wait while another thread releases and a third one closes: it is answered by exactly one of the
     * two. One that nobody answers hangs, which the harness reports.
     */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Released first: admitted, and the message is there.")
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "Closed first: refused, and nothing is there.")
    @Outcome(expect = FORBIDDEN, desc = "Both, neither, or credit that does not fit the answer.")
    @State
    public static class BlockedProducer {

        private final BoundedBuffer<Item> buffer = full();

        /** Made by the harness. */
        public BlockedProducer() {}

        /**
         * Waits for room.
         *
         * @param r r1: what it was answered
         */
        @Actor
        public void producer(III_Result r) {
            try {
                r.r1 = codeOf(buffer.put(new Item(1, 1)));
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted by nobody", e);
            }
        }

        /** Makes room, while a third thread closes. */
        @Actor
        public void settler() {
            Third.does(buffer::close);
            buffer.release(1, 1);
        }

        /**
         * Looks what is there.
         *
         * @param r r2: how many messages came out, r3: the credit left taken
         */
        @Arbiter
        public void look(III_Result r) {
            r.r2 = pollAll(buffer);
            r.r3 = buffer.used();
        }
    }

    /** A message that stands in line with a callback, which is called once, by the release or by the close. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Released first: admitted, and the message is there.")
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "Closed first: refused, and nothing is there.")
    @Outcome(expect = FORBIDDEN, desc = "Called twice or never, or credit that does not fit the answer.")
    @State
    public static class ReleaseAgainstClose {

        private final BoundedBuffer<Item> buffer = full();

        /** A digit for each answer. */
        private final AtomicInteger heard = new AtomicInteger();

        /** Made by the harness. */
        public ReleaseAgainstClose() {
            buffer.offer(new Item(1, 1), this::hear);
        }

        private void hear(Admission answer) {
            heard.updateAndGet(before -> 10 * before + codeOf(answer));
        }

        /** Makes room. */
        @Actor
        public void release() {
            buffer.release(1, 1);
        }

        /** Closes. */
        @Actor
        public void close() {
            buffer.close();
            buffer.announceClose();
        }

        /**
         * Looks what is there.
         *
         * @param r r1: what the callback heard in all, r2: how many messages came out, r3: the credit left taken
         */
        @Arbiter
        public void look(III_Result r) {
            r.r1 = heard.get();
            r.r2 = pollAll(buffer);
            r.r3 = buffer.used();
        }
    }

    /** Whoever polls a message sees what was written to it before it was offered, in plain fields. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Polled before it was there.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Polled, with all that was written to it.")
    @Outcome(expect = FORBIDDEN, desc = "Polled without what was written to it.")
    @State
    public static class Contents {

        /** A message that is written after it was made, and knows of no other thread. */
        private static final class Parcel implements Admissible {

            private int first = -1;
            private int second = -1;

            @Override
            public long weight() {
                return 1;
            }

            @Override
            public void admittedLate(long nowNanos) {}
        }

        private final BoundedBuffer<Parcel> buffer = BuffersForStress.buffer(1, 10, Overflow.block());

        /** Made by the harness. */
        public Contents() {}

        /** Writes it, and offers it. */
        @Actor
        public void producer() {
            Parcel parcel = new Parcel();
            parcel.first = 1;
            parcel.second = 2;
            buffer.offer(parcel);
        }

        /**
         * Polls it, and reads.
         *
         * @param r what it read
         */
        @Actor
        public void consumer(II_Result r) {
            Parcel parcel = BuffersForStress.poll(buffer);
            if (parcel != null) {
                r.r2 = parcel.second;
                r.r1 = parcel.first;
            }
        }
    }
}
