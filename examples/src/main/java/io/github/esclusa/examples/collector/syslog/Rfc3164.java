// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3164 after its priority: {@code [time SP] [host SP] [tag[pid]: ] text}, as it is found in the wild.
 *
 * <p>The time is the RFC's own ({@link BsdTime}) or ISO 8601, with a zone or without, as rsyslog and syslog-ng send it.
 * Without a time all the rest is text, with a tag or without: nothing says that its first word is a host. After a time,
 * a first word that is a tag ({@code su:}, {@code su[17]:}) means that there is no host; else the first word is the
 * host, if anything follows it. A tag ends in a colon or in a bracketed process id; what has neither is text.
 */
final class Rfc3164 {

    private final ZoneId zone;
    private final BsdTime bsdTime;

    Rfc3164(ZoneId zone) {
        this.zone = zone.normalized();
        this.bsdTime = new BsdTime(zone);
    }

    SyslogMessage parse(Cursor in, int pri, long receivedAtMicros) throws ParseException {
        Instant sentAt = timestamp(in, receivedAtMicros);
        int tagEnd = tagEnd(in);
        String host = null;
        if (sentAt != null && tagEnd < 0) {
            host = host(in);
            tagEnd = tagEnd(in);
        }
        String app = null;
        String procid = null;
        if (tagEnd >= 0) {
            app = in.text(in.at, tagEnd);
            in.at = tagEnd;
            procid = procid(in);
            in.skip(':');
            in.skip(' ');
        }
        return new SyslogMessage(pri >> 3, pri & 7, sentAt, host, app, procid, null, null, in.rest());
    }

    private @Nullable Instant timestamp(Cursor in, long receivedAtMicros) throws ParseException {
        Instant sentAt;
        if (BsdTime.startsAt(in)) {
            sentAt = bsdTime.parse(in, receivedAtMicros);
            in.skip(':'); // Cisco's
        } else if (IsoTime.startsAt(in)) {
            sentAt = IsoTime.parse(in, zone);
        } else {
            return null;
        }
        if (!in.skip(' ') && !in.atEnd()) {
            throw in.fault("bad timestamp: no space after it");
        }
        return sentAt;
    }

    private static @Nullable String host(Cursor in) {
        int from = in.at;
        int to = in.find(' ');
        if (to == from || to == in.end || in.bytes[from] == '[') {
            return null; // one word alone is text, and so is what begins like "[info] "
        }
        in.at = to + 1;
        return in.text(from, to);
    }

    /** Where the tag that stands here ends, before its colon or bracket; -1 if none stands here. */
    private static int tagEnd(Cursor in) {
        for (int index = in.at; index < in.end; index++) {
            byte next = in.bytes[index];
            if (next == '[') {
                return index > in.at && pidEnd(in, index) >= 0 ? index : -1;
            }
            if (next == ':' && (index + 1 == in.end || in.bytes[index + 1] == ' ')) {
                return index > in.at ? index : -1;
            }
            if (next >= 0 && next <= ' ') {
                return -1;
            }
        }
        return -1;
    }

    private static @Nullable String procid(Cursor in) {
        if (in.peek() != '[') {
            return null;
        }
        int close = pidEnd(in, in.at);
        String pid = close == in.at + 1 ? null : in.text(in.at + 1, close);
        in.at = close + 1;
        return pid;
    }

    /** Where the bracket that opens at an index is closed; -1 if it is not, or if the word goes on behind it. */
    private static int pidEnd(Cursor in, int open) {
        for (int index = open + 1; index < in.end; index++) {
            byte next = in.bytes[index];
            if (next == ']') {
                int after = index + 1 < in.end ? in.bytes[index + 1] : ' ';
                return after == ' ' || after == ':' ? index : -1;
            }
            if (next >= 0 && next <= ' ') {
                return -1;
            }
        }
        return -1;
    }
}
