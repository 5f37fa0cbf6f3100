// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.policy;

/**
 * A stage's failure on one message.
 *
 * @param <I> the type of message the stage takes
 * @param stage the stage's name
 * @param input what the stage was given
 * @param cause what it threw
 * @param attempts how often the stage was tried on it, counted afresh from the last halving of its batch; at least once
 */
public record Failure<I>(String stage, I input, Throwable cause, int attempts) {}
