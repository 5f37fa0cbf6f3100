// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.time.Instant;

/**
 * One row of the table {@code dead_letters}: what could not become a message, as it came, and why.
 *
 * @param id the number it was given at receipt; a second insert of one id changes nothing
 * @param receivedAt when it arrived
 * @param source where it came from
 * @param reason why it is no message
 * @param raw the bytes as they arrived; not copied, so leave them alone from now on
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody, and a copy of every frame would serve nobody.
public record DeadLetterRow(long id, Instant receivedAt, String source, String reason, byte[] raw) {}
