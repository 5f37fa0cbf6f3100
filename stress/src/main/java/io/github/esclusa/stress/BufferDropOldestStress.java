// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.stress.BuffersForStress.Item;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A heavy message that evicts another, a light one that takes the room that was free besides, and a consumer:
 * between evicting and admitting the heavy one lets go of the lock, and what it counts on must not be taken meanwhile.
 *
 * <p>r1: whether what went in is what came out, was dropped or is left; r2: whether the weight bound held; r3: whether the
 * weight taken at the end is that of what is left.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Nothing lost, the bound held.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A message lost or doubled, or the bound outgrown.")
@State
public class BufferDropOldestStress {

    private static final int MAX_WEIGHT = 10;

    private final BoundedBuffer<Item> buffer = BuffersForStress.buffer(8, MAX_WEIGHT, Overflow.dropOldest());

    /** Each written by one actor. */
    private int acceptedHeavy;

    private int acceptedLight;
    private int polled;

    public BufferDropOldestStress() {
        buffer.offer(new Item(0, 2));
        buffer.offer(new Item(1, 7)); // one is free
    }

    @Actor
    public void heavy() {
        acceptedHeavy = buffer.offer(new Item(2, 3)).accepted() ? 1 : 0;
    }

    /** One actor, because a machine of two processors runs no test of three. */
    @Actor
    public void lightAndThenConsumer() {
        acceptedLight = buffer.offer(new Item(3, 1)).accepted() ? 1 : 0;
        Item item = BuffersForStress.poll(buffer);
        if (item != null) {
            polled = 1;
            buffer.release(1, item.weight());
        }
    }

    @Arbiter
    public void look(III_Result r) {
        long taken = buffer.usedWeight();
        r.r2 = taken <= MAX_WEIGHT ? 1 : 0;
        int left = 0;
        long leftWeight = 0;
        buffer.close();
        buffer.abort();
        for (Item item : buffer.left()) {
            left++;
            leftWeight += item.weight();
        }
        int in = 2 + acceptedHeavy + acceptedLight;
        r.r1 = buffer.admitted() == in && in == polled + buffer.dropped() + left ? 1 : 0;
        r.r3 = taken == leftWeight ? 1 : 0;
    }
}
