// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.function.BatchSink;
import io.github.esclusa.pipeline.function.Sink;
import io.github.esclusa.pipeline.function.StageFunction;
import io.github.esclusa.pipeline.function.StagePredicate;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stage's user code with its error policy, its types erased: the builder has checked that they fit.
 *
 * @param name the stage's name
 * @param code what it does with a message or a batch
 * @param policy what to do when it throws
 */
public record Step(String name, Code code, ErrorPolicy<Object> policy) {

    /** What {@link Code#one} answers for a message that a filter turns away. */
    static final Object FILTERED = new Object();

    /** What {@link Code#one} answers for a message that a sink has taken. */
    static final Object DELIVERED = new Object();

    /** User code. */
    public interface Code {

        /** Runs on one message; answers what goes on, {@link #FILTERED} or {@link #DELIVERED}. */
        default @Nullable Object one(Object input) throws Exception {
            throw new IllegalStateException("runs on batches only");
        }

        /** Runs on a batch. */
        default void all(List<Object> inputs) throws Exception {
            throw new IllegalStateException("runs on single messages only");
        }
    }

    /** A map stage. */
    public static Code map(StageFunction<Object, Object> function) {
        return new Code() {
            @Override
            public @Nullable Object one(Object input) throws Exception {
                return function.apply(input);
            }
        };
    }

    /** A filter stage. */
    public static Code filter(StagePredicate<Object> predicate) {
        return new Code() {
            @Override
            public Object one(Object input) throws Exception {
                return predicate.test(input) ? input : FILTERED;
            }
        };
    }

    /** A sink for single messages. */
    public static Code sink(Sink<Object> sink) {
        return new Code() {
            @Override
            public Object one(Object input) throws Exception {
                sink.accept(input);
                return DELIVERED;
            }
        };
    }

    /** A sink for batches. */
    public static Code batchSink(BatchSink<Object> sink) {
        return new Code() {
            @Override
            public void all(List<Object> inputs) throws Exception {
                sink.accept(inputs);
            }
        };
    }
}
