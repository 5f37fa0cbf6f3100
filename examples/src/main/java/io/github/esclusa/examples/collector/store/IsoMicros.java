// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes instants as {@code 2026-01-02T03:04:05.678901Z}: what SQLite's date functions read, and what sorts as text in
 * order of time. Messages come many to the second, so the text up to the second is kept from one to the next. Used by
 * one thread at a time.
 */
final class IsoMicros {

    private static final DateTimeFormatter TO_THE_SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private long second = Long.MIN_VALUE;
    private byte[] text = new byte[0];

    String format(Instant instant) {
        if (instant.getEpochSecond() != second) {
            second = instant.getEpochSecond();
            text = (TO_THE_SECOND.format(LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC)) + ".000000Z")
                    .getBytes(StandardCharsets.US_ASCII);
        }
        int micros = instant.getNano() / 1_000;
        for (int i = text.length - 2; i >= text.length - 7; i--) {
            text[i] = (byte) ('0' + micros % 10);
            micros /= 10;
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
