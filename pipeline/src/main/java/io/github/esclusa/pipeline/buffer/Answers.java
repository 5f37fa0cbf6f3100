// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.report.Admission;
import org.jspecify.annotations.Nullable;

/**
 * Brings those who were in line their answers, outside the buffer's lock: the owner hears of the admitted, the callbacks are
 * called. It does not throw, whatever they do; each of a chain hears.
 */
final class Answers {

    private final BufferEvents<?> events;
    private final Clock clock;

    Answers(BufferEvents<?> events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    /** Those of a chain that {@link Line} has let go. */
    void announce(@Nullable Waiter<?> first) {
        for (Waiter<?> waiter = first; waiter != null; waiter = waiter.next) {
            try {
                announceOne(waiter);
            } catch (Throwable e) { // the next ones are to hear all the same
                tellFailure(e);
            }
        }
    }

    private void announceOne(Waiter<?> waiter) {
        try {
            if (waiter.answer() != Admission.CLOSED) {
                events.queued();
            }
        } finally {
            if (waiter.hasCallback()) {
                long heldBack = Reading.since(waiter.sinceNanos, clock); // the callback's own time is none of it
                try {
                    waiter.callBack();
                } finally {
                    events.heldBack(heldBack);
                }
            }
        }
    }

    private void tellFailure(Throwable thrown) {
        try {
            events.callbackFailed(thrown);
        } catch (Throwable e) {
            return; // no stack, or no memory: there is nobody left to tell
        }
    }
}
