// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.time.ZoneId;

/**
 * Reads frames as syslog messages: RFC 5424 where a version follows the priority, RFC 3164 as it is found in the wild
 * where none does.
 *
 * <p>Of RFC 5424 the grammar of the header is held to, except that fields may be longer than it allows and may hold any
 * character but a space, and that a fraction of a second may have up to nine digits. Of RFC 3164 almost everything is
 * optional, so almost everything is accepted: see {@link Rfc3164}. Only a time that looks like one and is none, and a
 * priority that is missing or out of range, make such a message unreadable.
 *
 * <p>Immutable, so safe to share between threads. Whatever the bytes, it throws nothing but {@link ParseException}.
 */
public final class SyslogParser {

    private static final int MAX_PRI = 191;

    private final Rfc3164 rfc3164;

    /**
     * A parser.
     *
     * @param zone the time zone of RFC 3164's times, which name none: usually the collector's own
     */
    public SyslogParser(ZoneId zone) {
        this.rfc3164 = new Rfc3164(zone);
    }

    /**
     * Reads a frame.
     *
     * @param frame the frame
     * @return what it says
     * @throws ParseException if the frame was known to be bad when it was received, or cannot be read
     */
    public SyslogMessage parse(Frame frame) throws ParseException {
        String fault = frame.fault();
        if (fault != null) {
            throw new ParseException(fault);
        }
        return parse(frame.bytes(), frame.receivedAtMicros());
    }

    /**
     * Reads a message. A line end that closes it is not part of it.
     *
     * @param bytes the message, without its framing
     * @param receivedAtMicros when it was received, in microseconds since 1970: it decides the year where none is sent
     * @return what it says
     * @throws ParseException if it cannot be read
     */
    public SyslogMessage parse(byte[] bytes, long receivedAtMicros) throws ParseException {
        Cursor in = new Cursor(bytes);
        int pri = priority(in);
        return Rfc5424.startsAt(in) ? Rfc5424.parse(in, pri) : rfc3164.parse(in, pri, receivedAtMicros);
    }

    private static int priority(Cursor in) throws ParseException {
        if (in.atEnd()) {
            throw new ParseException(
                    in.bytes.length == 0 ? "empty: not a single byte" : "empty: nothing but a line end");
        }
        if (!in.skip('<')) {
            throw in.fault("PRI missing: no '<'");
        }
        int pri = 0;
        int digits = 0;
        for (int digit = in.digit(0); digit >= 0; digit = in.digit(digits)) {
            if (++digits > 3) {
                throw in.fault("PRI has more than 3 digits");
            }
            pri = pri * 10 + digit;
        }
        if (digits == 0) {
            throw in.fault("PRI is not a number");
        }
        if (pri > MAX_PRI) {
            throw in.fault("PRI is " + pri + ", allowed is 0 to " + MAX_PRI + ",");
        }
        in.at += digits;
        if (!in.skip('>')) {
            throw in.fault("PRI is not closed: no '>'");
        }
        return pri;
    }
}
