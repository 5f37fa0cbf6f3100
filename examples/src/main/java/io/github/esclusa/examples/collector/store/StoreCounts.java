// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

/**
 * How many rows the database holds.
 *
 * @param messages rows of {@code messages}
 * @param deadLetters rows of {@code dead_letters}
 */
public record StoreCounts(long messages, long deadLetters) {}
