// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.function;

import java.util.List;

/**
 * Where messages are delivered in batches.
 *
 * @param <I> the type of message
 */
@FunctionalInterface
public interface BatchSink<I> {

    /**
     * Delivers a batch, whole or not at all. Called by as many threads at once as the sink has workers.
     *
     * @param batch the messages, those of one inlet in the order in which they came to the sink; unmodifiable, never empty
     * @throws io.github.esclusa.pipeline.policy.BatchFailure if the messages it names failed, and all others were
     *     delivered
     * @throws Exception if none of them was delivered; the sink's error policy decides what then
     */
    void accept(List<I> batch) throws Exception;
}
