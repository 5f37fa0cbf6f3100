// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.function;

/**
 * What a {@code map} stage does to a message.
 *
 * @param <I> what goes in
 * @param <O> what comes out
 */
@FunctionalInterface
public interface StageFunction<I, O> {

    /**
     * Turns one message into another. Called by as many threads at once as the stage has workers.
     *
     * @param input the message
     * @return the message that goes on; {@code null} is a failure (a {@code filter} turns messages away)
     * @throws Exception if it cannot; the stage's error policy decides what then
     */
    O apply(I input) throws Exception;
}
