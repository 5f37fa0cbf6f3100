// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * Writes message rows in PostgreSQL's binary COPY format ("COPY", <i>Binary Format</i>, in its manual): per row the
 * number of fields, per field its length and its bytes, −1 for NULL. What it holds is one buffer of fixed size, however
 * large the batch. Used by one thread at a time.
 */
final class CopyEncoder {

    private static final int BUFFER_BYTES = 64 * 1024;

    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final short FIELDS = 11;

    /** Six numbers with their lengths, the length of each text, and the count of fields. */
    private static final int FIXED_BYTES = 96;

    /** PostgreSQL counts microseconds from the year 2000. */
    private static final long EPOCH_SECONDS = 946_684_800L;

    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    /** To be run for every part that has been written. */
    private Runnable progress = () -> {};

    /**
     * Finds the values that the server would refuse, before it is bothered: text with a NUL.
     *
     * @throws RefusedValueException naming the first such row and column
     */
    static void requireStorable(List<MessageRow> rows) throws RefusedValueException {
        for (MessageRow row : rows) {
            requireNoNul(row, "message", row.message());
            requireNoNul(row, "structured_data", row.structuredData());
            requireNoNul(row, "host", row.host());
            requireNoNul(row, "app", row.app());
            requireNoNul(row, "procid", row.procid());
            requireNoNul(row, "msgid", row.msgid());
        }
    }

    private static void requireNoNul(MessageRow row, String column, @Nullable String text)
            throws RefusedValueException {
        if (text != null && text.indexOf('\0') >= 0) {
            throw new RefusedValueException(
                    "PostgreSQL stores no NUL in a text: message " + row.id() + ", column " + column);
        }
    }

    /** Writes all rows, from the header to the trailer, in parts no larger than the buffer. */
    void write(List<MessageRow> rows, CopyIn copy, Runnable afterEachPart) throws SQLException {
        progress = afterEachPart;
        buffer.clear();
        buffer.put(SIGNATURE).putInt(0).putInt(0);
        for (MessageRow row : rows) {
            write(row, copy);
        }
        makeRoom(Short.BYTES, copy);
        buffer.putShort((short) -1);
        flush(copy);
    }

    private void write(MessageRow row, CopyIn copy) throws SQLException {
        makeRoom(FIXED_BYTES, copy);
        buffer.putShort(FIELDS);
        buffer.putInt(Long.BYTES).putLong(row.id());
        write(row.receivedAt());
        write("facility", row.facility());
        write("severity", row.severity());
        write(row.sentAt());
        write(row.host(), copy);
        write(row.app(), copy);
        write(row.procid(), copy);
        write(row.msgid(), copy);
        write(row.structuredData(), copy);
        write(row.message(), copy);
    }

    private void write(String column, int number) throws RefusedValueException {
        if ((short) number != number) {
            throw new RefusedValueException("the column " + column + " does not hold " + number);
        }
        buffer.putInt(Short.BYTES).putShort((short) number);
    }

    private void write(@Nullable Instant instant) throws RefusedValueException {
        if (instant == null) {
            buffer.putInt(-1);
            return;
        }
        long micros;
        try {
            micros = Math.addExact(
                    Math.multiplyExact(instant.getEpochSecond() - EPOCH_SECONDS, 1_000_000L),
                    instant.getNano() / 1_000);
        } catch (ArithmeticException e) {
            throw new RefusedValueException("PostgreSQL's time does not reach to " + instant);
        }
        buffer.putInt(Long.BYTES).putLong(micros);
    }

    private void write(@Nullable String text, CopyIn copy) throws SQLException {
        makeRoom(Integer.BYTES, copy);
        if (text == null) {
            buffer.putInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        buffer.putInt(bytes.length);
        if (bytes.length <= buffer.remaining()) {
            buffer.put(bytes);
        } else {
            flush(copy);
            for (int from = 0; from < bytes.length; from += BUFFER_BYTES) {
                part(bytes, from, Math.min(BUFFER_BYTES, bytes.length - from), copy);
            }
        }
    }

    private void makeRoom(int bytes, CopyIn copy) throws SQLException {
        if (buffer.remaining() < bytes) {
            flush(copy);
        }
    }

    private void flush(CopyIn copy) throws SQLException {
        part(buffer.array(), 0, buffer.position(), copy);
        buffer.clear();
    }

    private void part(byte[] bytes, int from, int length, CopyIn copy) throws SQLException {
        copy.writeToCopy(bytes, from, length);
        progress.run();
    }
}
