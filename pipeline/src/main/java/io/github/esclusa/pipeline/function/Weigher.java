// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.function;

/**
 * Tells how much of a pipeline's memory bound a message takes up.
 *
 * @param <T> the type of message
 */
@FunctionalInterface
public interface Weigher<T> {

    /**
     * Weighs a message. Called once for each message, on the submitting thread; what it throws reaches the submitter,
     * who keeps the message.
     *
     * @param message the message
     * @return its weight in bytes, zero or more
     */
    long weigh(T message);
}
