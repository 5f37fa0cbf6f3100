// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.policy;

/**
 * Takes the messages that a stage gave up on.
 *
 * @param <I> the type of message the stage takes
 */
@FunctionalInterface
public interface DeadLetterHandler<I> {

    /**
     * Takes one message, on the stage's worker; once this returns, the message is settled as dead-lettered.
     *
     * @param failure the message and why it failed
     * @throws Exception if it could not be taken: the message is tried again where the policy says so, and settled as
     *     failed otherwise
     */
    void accept(Failure<I> failure) throws Exception;
}
