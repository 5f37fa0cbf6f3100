// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * One message as it was received: unread, but with the id and the time it keeps for good.
 *
 * <p>Frames are compared by identity of their bytes, as records with arrays are; nothing here compares them.
 *
 * @param id unique in the database, given at receipt by an {@link IdSource}
 * @param receivedAtMicros when it was received, in microseconds since 1970-01-01T00:00Z
 * @param source where it came from, {@code tcp/127.0.0.1:4711} for example
 * @param bytes what was received, without its framing; not to be changed
 * @param fault why it is known to be bad already (cut off, a lying octet count), {@code null} when it is not
 */
@SuppressWarnings(
        "ArrayRecordComponent") // The bytes are handed on, never compared: a copy of each would cost more than it buys.
public record Frame(
        long id,
        long receivedAtMicros,
        String source,
        byte[] bytes,
        @Nullable String fault) {

    /** Checks that nothing is missing. */
    public Frame {
        requireNonNull(source, "source");
        requireNonNull(bytes, "bytes");
    }

    /**
     * When it was received.
     *
     * @return the time of receipt, in microsecond steps
     */
    public Instant receivedAt() {
        return Instant.EPOCH.plus(receivedAtMicros, ChronoUnit.MICROS);
    }

    /**
     * How many bytes were received, for a weigher.
     *
     * @return the length of {@link #bytes()}
     */
    public int length() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return "Frame(" + id + ", " + source + ", " + bytes.length + " bytes"
                + (fault == null ? ")" : ", " + fault + ")");
    }
}
