// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.policy;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Thrown by a batch sink that delivered a part of its batch: names the messages that failed. All others count as delivered. */
public final class BatchFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** Goes along when the exception is serialised: without it nothing would be known of the batch. */
    private final HashMap<Integer, Throwable> causes;

    /**
     * Names what failed.
     *
     * @param causes for each message that failed, its index in the batch (from 0) and why; not empty
     * @throws IllegalArgumentException if it is empty, or an index is negative
     */
    public BatchFailure(Map<Integer, ? extends Throwable> causes) {
        super(causes.size() + " messages of a batch failed"); // not what their causes say: those may not be printable
        if (causes.isEmpty()) {
            throw new IllegalArgumentException("a BatchFailure names at least one message: return normally instead");
        }
        this.causes = new HashMap<>();
        causes.forEach((index, cause) -> {
            if (requireNonNull(index, "BatchFailure: an index is null") < 0) {
                throw new IllegalArgumentException(
                        "a BatchFailure names messages by their index in the batch, from 0: it was given " + index);
            }
            this.causes.put(
                    index, requireNonNull(cause, () -> "BatchFailure: the cause for message " + index + " is null"));
            addSuppressed(cause);
        });
    }

    /**
     * What failed.
     *
     * @return index in the batch and cause; unmodifiable
     */
    public Map<Integer, Throwable> causes() {
        return causes == null
                ? Map.of()
                : Collections.unmodifiableMap(causes); // null from a stream of an older version
    }
}
