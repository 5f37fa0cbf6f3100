// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.nio.ByteBuffer;

/**
 * The octet count before a datagram, which needs none: {@code logger -d --octet-count} sends it all the same, as over TCP.
 * Only one that is right is a count; a datagram that begins with any other number is left as it is.
 */
public final class OctetCount {

    private OctetCount() {}

    /**
     * How much of a datagram is its octet count: digits, the first not zero, and a space, if {@code <} follows and the
     * number is that of the bytes behind the space, a line end among them included.
     *
     * @param datagram all of it, from its position to its limit; neither is moved
     * @return the bytes to leave out, the space with them; 0 if the datagram has no count, or a wrong one
     */
    public static int lengthIn(ByteBuffer datagram) {
        int start = datagram.position();
        int end = datagram.limit();
        int at = start;
        int count = 0;
        while (at < end && at - start < FrameDecoder.MAX_DIGITS && digit(datagram.get(at)) >= (at == start ? 1 : 0)) {
            count = count * 10 + digit(datagram.get(at));
            at++;
        }
        boolean counted = at > start && end - at > 1 && datagram.get(at) == ' ' && datagram.get(at + 1) == '<';
        return counted && count == end - at - 1 ? at + 1 - start : 0;
    }

    private static int digit(byte next) {
        return next >= '0' && next <= '9' ? next - '0' : -1;
    }
}
