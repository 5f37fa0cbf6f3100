// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import io.github.esclusa.pipeline.function.BatchSink;
import io.github.esclusa.pipeline.function.Sink;
import io.github.esclusa.pipeline.function.StageFunction;
import io.github.esclusa.pipeline.function.StagePredicate;

/**
 * Where types are let go of. The engine moves messages as plain objects; the builder's types make sure that each stage is
 * given what the one before it made, so the casts here cannot fail.
 */
@SuppressWarnings("unchecked")
final class Erasure {

    private Erasure() {}

    static StageFunction<Object, Object> function(StageFunction<?, ?> function) {
        return (StageFunction<Object, Object>) function;
    }

    static StagePredicate<Object> predicate(StagePredicate<?> predicate) {
        return (StagePredicate<Object>) predicate;
    }

    static Sink<Object> sink(Sink<?> sink) {
        return (Sink<Object>) sink;
    }

    static BatchSink<Object> batchSink(BatchSink<?> sink) {
        return (BatchSink<Object>) sink;
    }
}
