// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.policy.ErrorPolicy;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one stage.
 *
 * @param <I> the type of message the stage takes
 */
public final class StageBuilder<I> {

    private final String pipeline;
    private final String name;

    private @Nullable Integer workers;
    private @Nullable ErrorPolicy<I> policy;

    StageBuilder(String pipeline, String name) {
        this.pipeline = pipeline;
        this.name = name;
    }

    /**
     * Gives the stage workers of its own. A stage that is given none is fused with the stage before it: the same thread
     * runs both, without a queue between them. The first stage, and a batch, start with one worker.
     *
     * @param count how many threads; 1 keeps the order of arrival within each inlet
     * @return this
     */
    public StageBuilder<I> workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException(where() + ": workers(" + count + ") must be at least 1");
        }
        this.workers = count;
        return this;
    }

    /**
     * Says what to do when the stage's code throws, an {@link Error} too. Without it the message, or the whole batch, is
     * skipped: settled as failed, and logged, one line in ten seconds.
     *
     * @param policyOf turns the standard policy into the one wanted, as in {@code e -> e.retry(config).skip()}
     * @return this
     * @throws IllegalStateException if the stage has been given a policy already: one expression says it all
     */
    public StageBuilder<I> onError(UnaryOperator<ErrorPolicy<I>> policyOf) {
        requireNonNull(policyOf, () -> where() + ": the function for onError is null");
        if (policy != null) {
            throw new IllegalStateException(where() + " has an error policy already: say all of it in one onError,"
                    + " as in e -> e.retry(config).skip()");
        }
        this.policy = requireNonNull(
                policyOf.apply(ErrorPolicy.standardOf(where())),
                () -> where() + ": onError returned null, and not a policy");
        return this;
    }

    @Nullable
    Integer workers() {
        return workers;
    }

    ErrorPolicy<I> policy() {
        return policy == null ? ErrorPolicy.standard() : policy;
    }

    private String where() {
        return "pipeline '" + pipeline + "', stage '" + name + "'";
    }
}
