// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.function;

/**
 * What a {@code filter} stage asks of a message.
 *
 * @param <I> the type of message
 */
@FunctionalInterface
public interface StagePredicate<I> {

    /**
     * Whether a message goes on. Called by as many threads at once as the stage has workers.
     *
     * @param input the message
     * @return {@code false} to settle it as filtered
     * @throws Exception if it cannot tell; the stage's error policy decides what then
     */
    boolean test(I input) throws Exception;
}
