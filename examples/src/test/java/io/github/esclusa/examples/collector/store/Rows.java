// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Rows to insert. */
final class Rows {

    static final Instant RECEIVED = Instant.parse("2026-03-04T05:06:07.123456Z");

    private Rows() {}

    static MessageRow row(long id) {
        return row(id, "message " + id);
    }

    static MessageRow row(long id, @Nullable String message) {
        return new MessageRow(id, RECEIVED, 4, 6, null, "host", "app", "4711", null, null, message);
    }

    /** From the first id on, so many. */
    static List<MessageRow> rows(long first, int count) {
        return LongStream.range(first, first + count).mapToObj(Rows::row).toList();
    }

    static DeadLetterRow deadLetter(long id) {
        return new DeadLetterRow(id, RECEIVED, "udp", "no priority", new byte[] {0, 1, -1});
    }
}
