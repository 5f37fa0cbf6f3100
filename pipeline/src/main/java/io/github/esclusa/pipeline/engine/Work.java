// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does in one go: one message, or a batch, at a step of its segment. Confined to the worker, or to the
 * parking place between two attempts.
 */
final class Work {

    final List<Envelope> items;

    /** The step to run next. */
    int step;

    /** How often that step, or the dead-letter handler, has failed on these items. */
    int attempts;

    /** When the first of these attempts failed; it says nothing before. */
    long failingSinceNanos;

    /** Why the items are on their way to the dead-letter handler; {@code null} while they are not. */
    @Nullable
    Throwable deadLetterCause;

    /** How often the step was tried before the dead-letter handler got the items. */
    int stepAttempts;

    /** When to try again. */
    long dueNanos;

    Work(List<Envelope> items) {
        this.items = items;
    }

    /** A part of this work, at the same step. */
    Work part(List<Envelope> some, int failedAttempts) {
        Work part = new Work(some);
        part.step = step;
        part.attempts = failedAttempts;
        part.failingSinceNanos = failingSinceNanos;
        return part;
    }
}
