// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a segment was configured: the stages that one set of workers runs, one after the other on the same thread.
 *
 * @param name the name of its first stage, which is part of its threads' names
 * @param steps its stages, in order
 * @param workers how many threads drive it
 * @param batch how messages are gathered; {@code null} for one at a time
 */
public record SegmentSpec(
        String name,
        List<Step> steps,
        int workers,
        @Nullable BatchSpec batch) {

    /**
     * When a batch is complete.
     *
     * @param size at so many messages
     * @param lingerNanos or when its oldest message has waited so long
     */
    public record BatchSpec(int size, long lingerNanos) {}

    /**
     * Copies the steps.
     *
     * @param name the name of its first stage
     * @param steps its stages
     * @param workers how many threads drive it
     * @param batch how messages are gathered
     */
    public SegmentSpec {
        steps = List.copyOf(steps);
    }

    /**
     * How many messages its workers can have in hand together.
     *
     * @return the number of messages
     */
    public long inHand() {
        return (long) workers * most();
    }

    /**
     * How many messages a worker takes at a time.
     *
     * @return the number of messages, at the most
     */
    public int most() {
        return batch == null ? 1 : batch.size();
    }
}
