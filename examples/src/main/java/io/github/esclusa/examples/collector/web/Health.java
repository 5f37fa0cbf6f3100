// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How the collector is, at one moment.
 *
 * @param state the state in a word, {@code READY} or {@code NOT_READY}; while the collector starts and ends, what its gate
 *     says, {@code STARTING} for example
 * @param ok whether it does its work: {@code /health} answers 200 for {@code true} and 503 for {@code false}
 * @param reasons why it is as it is, a sentence each; may be empty
 */
public record Health(String state, boolean ok, List<String> reasons) {

    /**
     * Copies the reasons.
     *
     * @param state the state in a word
     * @param ok whether the collector does its work
     * @param reasons why, a sentence each
     */
    public Health {
        requireNonNull(state, "state");
        reasons = List.copyOf(reasons);
    }
}
