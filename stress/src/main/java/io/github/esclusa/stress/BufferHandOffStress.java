// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.stress.BuffersForStress.Item;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A producer blocked on a full buffer, the release that makes room for it, and the close that refuses it: it is answered
 * by exactly one of the two. One that nobody answers hangs, which the harness reports.
 *
 * <p>r1: what the producer was answered (1 accepted, 2 closed); r2: how many messages came out; r3: the credit left taken.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Released first: admitted, and the message is there.")
@Outcome(id = "2, 0, 0", expect = Expect.ACCEPTABLE, desc = "Closed first: refused, and nothing is there.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both, neither, or credit that does not fit the answer.")
@State
public class BufferHandOffStress {

    private final BoundedBuffer<Item> buffer = BuffersForStress.buffer(1, 10, Overflow.block());

    public BufferHandOffStress() {
        buffer.offer(new Item(0, 1));
        BuffersForStress.poll(buffer);
    }

    @Actor
    public void producer(III_Result r) {
        try {
            Admission answer = buffer.put(new Item(1, 1));
            r.r1 = answer == Admission.ACCEPTED ? 1 : answer == Admission.CLOSED ? 2 : 3;
        } catch (InterruptedException e) {
            r.r1 = 4;
        }
    }

    /** One actor, because a machine of two processors runs no test of three. */
    @Actor
    public void settlerAndThenCloser() {
        buffer.release(1, 1);
        buffer.close();
    }

    @Arbiter
    public void look(III_Result r) {
        while (BuffersForStress.poll(buffer) != null) {
            r.r2++;
        }
        r.r3 = buffer.used();
    }
}
