// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.engine.InletSpec;
import io.github.esclusa.pipeline.function.Weigher;
import io.github.esclusa.pipeline.policy.Overflow;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one inlet. What is not set here is as the pipeline's builder says.
 *
 * @param <T> the type of message the pipeline takes in
 */
public final class InletBuilder<T> {

    /** Whose settings these are: an inlet's, or a pipeline's for all its inlets. */
    private final String where;

    private final String name;

    private @Nullable Integer capacity;
    private @Nullable Long maxWeight;
    private @Nullable Weigher<? super T> weigher;
    private @Nullable Overflow overflow;

    InletBuilder(String where, String name) {
        this.where = where;
        this.name = name;
    }

    /**
     * Bounds the messages that came in through this inlet and are not settled.
     *
     * @param messages how many; at least 1
     * @return this
     */
    public InletBuilder<T> capacity(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException(where + ": capacity(" + messages + ") must be at least 1");
        }
        this.capacity = messages;
        return this;
    }

    /**
     * Bounds their weight as well.
     *
     * @param bytes how much they may weigh together; at least 1
     * @param weighs weighs a message
     * @return this
     */
    public InletBuilder<T> maxWeight(long bytes, Weigher<? super T> weighs) {
        if (bytes < 1) {
            throw new IllegalArgumentException(where + ": maxWeight(" + bytes + ") must be at least 1");
        }
        this.maxWeight = bytes;
        this.weigher = requireNonNull(weighs, () -> where + ": the weigher is null");
        return this;
    }

    /**
     * Says what to do with a message for which there is no room.
     *
     * @param policy block, reject or drop the oldest
     * @return this
     */
    public InletBuilder<T> whenFull(Overflow policy) {
        this.overflow = requireNonNull(policy, () -> where + ": the overflow policy is null");
        return this;
    }

    /** The inlet's configuration, with another's settings where this has none. */
    InletSpec spec(InletBuilder<T> defaults) {
        Weigher<? super T> weighs = weigher == null ? defaults.weigher : weigher;
        Long weight = weigher == null ? defaults.maxWeight : maxWeight;
        Overflow policy = overflow == null ? defaults.overflow : overflow;
        Integer messages = capacity == null ? defaults.capacity : capacity;
        return new InletSpec(
                name,
                messages == null ? PipelineBuilder.DEFAULT_CAPACITY : messages,
                weight == null ? Long.MAX_VALUE : weight,
                erased(weighs),
                policy == null ? Overflow.block() : policy);
    }

    /** Only messages that were submitted as {@code T} are weighed. */
    @SuppressWarnings("unchecked")
    private static @Nullable Weigher<Object> erased(@Nullable Weigher<?> weigher) {
        return (Weigher<Object>) weigher;
    }
}
