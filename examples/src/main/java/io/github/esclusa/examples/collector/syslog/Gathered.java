// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a frame that has not come whole. Takes no memory while there are none. */
final class Gathered {

    private static final byte[] NOTHING = {};
    private static final int SMALLEST = 256;

    private byte[] bytes = NOTHING;
    private int length;

    int length() {
        return length;
    }

    int capacity() {
        return bytes.length;
    }

    void add(byte[] more) {
        makeRoom(more.length, Integer.MAX_VALUE);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    /**
     * Adds some of a buffer's bytes.
     *
     * @param atMost how many there will ever be: room for more is not made
     */
    void add(ByteBuffer in, int more, int atMost) {
        makeRoom(more, atMost);
        in.get(bytes, length, more);
        length += more;
    }

    /** How many of the last bytes are LF or CR LF, were some of a buffer's bytes added. */
    int lineEnd(ByteBuffer in, int more) {
        if (fromEnd(in, more, 1) != '\n') {
            return 0;
        }
        return 1 + carriageReturn(in, more, 2);
    }

    /** 1 if the byte so far from the end is CR, else 0. */
    int carriageReturn(ByteBuffer in, int more, int distance) {
        return fromEnd(in, more, distance) == '\r' ? 1 : 0;
    }

    private int fromEnd(ByteBuffer in, int more, int distance) {
        if (distance <= more) {
            return in.get(in.position() + more - distance);
        }
        int index = length + more - distance;
        return index < 0 ? -1 : bytes[index];
    }

    /**
     * Gives out everything gathered and some of a buffer's bytes behind it, but not the last ones of all.
     *
     * @param more how far the buffer moves on
     * @param without how many bytes at the end are left out
     */
    byte[] take(ByteBuffer in, int more, int without) {
        int next = in.position() + more;
        byte[] all = Arrays.copyOf(bytes, length + more - without);
        if (all.length > length) {
            in.get(all, length, all.length - length);
        }
        in.position(next);
        bytes = NOTHING;
        length = 0;
        return all;
    }

    private void makeRoom(int more, int atMost) {
        int needed = length + more;
        if (needed > bytes.length) {
            int grown = Math.max(SMALLEST, Math.max(needed, Math.min(bytes.length * 2, atMost)));
            bytes = Arrays.copyOf(bytes, grown);
        }
    }
}
