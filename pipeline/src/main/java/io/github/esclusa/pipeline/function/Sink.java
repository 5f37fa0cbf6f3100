// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.function;

/**
 * Where messages are delivered, one at a time.
 *
 * @param <I> the type of message
 */
@FunctionalInterface
public interface Sink<I> {

    /**
     * Delivers one message. Called by as many threads at once as the sink has workers.
     *
     * @param input the message
     * @throws Exception if it was not delivered; the sink's error policy decides what then
     */
    void accept(I input) throws Exception;
}
