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
 * @param cause for a message that failed or went to the dead letters, what user code threw on it; for one returned or
 *     unknown because the pipeline had failed, what made it fail; {@code null} otherwise, so too for one that was waiting
 *     for another attempt when the pipeline was shut down
 */
public record Settlement<T>(
        String inlet, T message, Outcome outcome, @Nullable Throwable cause) {}
