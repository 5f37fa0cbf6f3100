// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of each component of a gate that was stopped or rolled back. Every component of the gate appears once.
 *
 * @param gate the gate's name
 * @param components what became of each, in the order in which they were declared
 * @param took from the moment the gate began to stop until this report
 */
public record StopReport(String gate, List<Entry> components, Duration took) {

    /** What became of a component. */
    public enum Outcome {
        /** It was ready, and its {@code close()} has come back. */
        CLOSED,
        /** It was ready, and its {@code close()} threw: it will not be called again. */
        CLOSE_FAILED,
        /**
         * Unknown: its {@code close()}, or its factory, had not come back when its time was up. It has been interrupted,
         * unless its {@code close()} began only at the deadline; a component that arrives after all is closed then.
         */
        UNFINISHED,
        /** Its factory failed: there was nothing to close. */
        START_FAILED,
        /** Its factory was never called. */
        NOT_STARTED
    }

    /**
     * What became of one component.
     *
     * @param component its name
     * @param outcome what became of it
     * @param failure what its {@code close()} or its factory threw; for one that is {@link Outcome#UNFINISHED}, a
     *     {@link java.util.concurrent.TimeoutException} with the stack of the thread it is in, if that could be had; else {@code null}
     */
    public record Entry(
            String component, Outcome outcome, @Nullable Throwable failure) {}

    /**
     * Whether everything that was ready has been closed without an error, and nothing is still in user code.
     *
     * @return {@code true} if no component is {@link Outcome#CLOSE_FAILED} or {@link Outcome#UNFINISHED}
     */
    public boolean clean() {
        return components.stream()
                .noneMatch(entry -> entry.outcome() == Outcome.CLOSE_FAILED || entry.outcome() == Outcome.UNFINISHED);
    }

    /**
     * The components with a given outcome.
     *
     * @param outcome which ones
     * @return their names, in the order of declaration; empty if there are none
     */
    public List<String> with(Outcome outcome) {
        return components.stream()
                .filter(entry -> entry.outcome() == outcome)
                .map(Entry::component)
                .toList();
    }
}
