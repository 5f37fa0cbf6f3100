// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.function.Weigher;
import io.github.esclusa.pipeline.policy.Overflow;
import org.jspecify.annotations.Nullable;

/**
 * How an inlet was configured.
 *
 * @param name its name
 * @param capacity how many messages may be accepted through it and not settled
 * @param maxWeight how much they may weigh together
 * @param weigher weighs them; {@code null} if weight is not bounded
 * @param overflow what to do when there is no room
 */
public record InletSpec(
        String name, int capacity, long maxWeight, @Nullable Weigher<Object> weigher, Overflow overflow) {

    /**
     * How many of its messages may have left its queue and not be settled, as far as weight does not bound them sooner.
     *
     * @param workers how many the pipeline has
     * @return the number of messages, at the most
     */
    public int mostOut(int workers) {
        return BoundedBuffer.mostOut(overflow, capacity, workers);
    }
}
