// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

import org.jspecify.annotations.Nullable;

/**
 * The end of one accepted message.
 *
 * @param <T> the type of message the pipeline takes in
 * @param inlet the name of the inlet it came in through
 * @param message the message, as it was submitted
 * @param outcome what became of it
 * @param cause why, where user code failed on it; for a message left in a queue or taken from a worker when the pipeline had
 *     failed, what made it fail; {@code null} otherwise
 */
public record Settlement<T>(
        String inlet, T message, Outcome outcome, @Nullable Throwable cause) {}
