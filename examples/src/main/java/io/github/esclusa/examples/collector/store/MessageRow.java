// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One row of the messages table. What a message did not say (nil, in syslog's word) is {@code null} here and
 * {@code NULL} there.
 *
 * @param id the number the message was given at receipt; a second insert of one id changes nothing
 * @param receivedAt when it arrived
 * @param facility the syslog facility, 0 to 23
 * @param severity the syslog severity, 0 to 7
 * @param sentAt when its sender says it was sent
 * @param host the sender's host
 * @param app the sender's application
 * @param procid the sender's process
 * @param msgid the kind of message
 * @param structuredData the structured data of RFC 5424 as it came, brackets included
 * @param message the text
 */
public record MessageRow(
        long id,
        Instant receivedAt,
        int facility,
        int severity,
        @Nullable Instant sentAt,
        @Nullable String host,
        @Nullable String app,
        @Nullable String procid,
        @Nullable String msgid,
        @Nullable String structuredData,
        @Nullable String message) {}
