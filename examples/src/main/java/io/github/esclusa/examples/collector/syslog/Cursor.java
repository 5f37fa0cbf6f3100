// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A place in a frame's bytes that moves forward. Confined to the one call that made it. */
final class Cursor {

    private static final char REPLACEMENT = '\uFFFD';

    final byte[] bytes;

    /** One past the last byte that counts: a line end that closes the frame does not. */
    final int end;

    int at;

    Cursor(byte[] bytes) {
        this.bytes = bytes;
        this.end = withoutLineEnd(bytes);
    }

    private static int withoutLineEnd(byte[] bytes) {
        int end = bytes.length;
        if (end > 0 && bytes[end - 1] == '\n') {
            end--;
            if (end > 0 && bytes[end - 1] == '\r') {
                end--;
            }
        }
        return end;
    }

    boolean atEnd() {
        return at >= end;
    }

    int remaining() {
        return end - at;
    }

    /** The byte at an offset from here, -1 beyond the end. */
    int peek(int offset) {
        int index = at + offset;
        return index < end ? bytes[index] & 0xff : -1;
    }

    int peek() {
        return peek(0);
    }

    boolean isDigit(int offset) {
        return digit(offset) >= 0;
    }

    /** The value of the digit at an offset from here, -1 where there is none. */
    int digit(int offset) {
        int value = peek(offset) - '0';
        return value <= 9 ? Math.max(value, -1) : -1;
    }

    /** The value of two digits at an offset from here, -1 where there are not two. */
    int twoDigits(int offset) {
        int tens = digit(offset);
        int ones = digit(offset + 1);
        return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
    }

    boolean skip(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    /** Where the next such byte is, {@link #end} if there is none. */
    int find(char wanted) {
        int index = at;
        while (index < end && bytes[index] != wanted) {
            index++;
        }
        return index;
    }

    /** The text between two indexes: whatever is not UTF-8, or is NUL, becomes U+FFFD. */
    String text(int from, int to) {
        String text = new String(bytes, from, to - from, UTF_8);
        return text.indexOf('\0') < 0 ? text : text.replace('\0', REPLACEMENT);
    }

    /** Everything that is left, without a byte order mark before it. */
    String rest() {
        if (peek(0) == 0xEF && peek(1) == 0xBB && peek(2) == 0xBF) {
            at += 3;
        }
        String text = text(at, end);
        at = end;
        return text;
    }

    ParseException fault(String what) {
        return faultAt(what, at);
    }

    ParseException faultAt(String what, int offset) {
        return new ParseException(what + " at offset " + offset);
    }
}
