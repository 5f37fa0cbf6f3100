// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a syslog message says. A field that was absent, or sent as nil ({@code -}), is {@code null}.
 *
 * <p>Text is decoded as UTF-8, with U+FFFD in the place of what is not UTF-8, and of NUL characters too: PostgreSQL's
 * text cannot hold them. It therefore never holds a NUL or a lone surrogate.
 *
 * @param facility who speaks, 0 (kernel) to 23
 * @param severity how bad it is, 0 (emergency) to 7 (debug)
 * @param sentAt the sender's own time
 * @param host the sender's name for itself
 * @param app the program that speaks; in RFC 3164, the tag
 * @param procid its process id, often
 * @param msgid the kind of message; RFC 5424 only
 * @param structuredData the structured data exactly as received, brackets and escapes included; RFC 5424 only
 * @param message the text, without the byte order mark that may precede it
 */
public record SyslogMessage(
        int facility,
        int severity,
        @Nullable Instant sentAt,
        @Nullable String host,
        @Nullable String app,
        @Nullable String procid,
        @Nullable String msgid,
        @Nullable String structuredData,
        @Nullable String message) {}
