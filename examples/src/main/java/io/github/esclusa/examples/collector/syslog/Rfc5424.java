// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** RFC 5424 after its priority: {@code VERSION SP TIMESTAMP SP HOST SP APP SP PROCID SP MSGID SP SD [SP MSG]}. */
final class Rfc5424 {

    private Rfc5424() {}

    /**
     * Whether a version stands here: one to three digits and a space, the first digit not zero. A number that is no version
     * known here must have a time behind it as well: {@code 3 users logged in} is text.
     */
    static boolean startsAt(Cursor in) {
        if (!in.isDigit(0) || in.peek() == '0') {
            return false;
        }
        int length = 1;
        while (length < 3 && in.isDigit(length)) {
            length++;
        }
        return in.peek(length) == ' ' && (isKnown(in, length) || isTimestamp(in, length + 1));
    }

    private static boolean isKnown(Cursor in, int length) {
        return length == 1 && in.peek() == '1';
    }

    /** Whether a time stands at an offset from here, right or wrong, or the dash for none. */
    private static boolean isTimestamp(Cursor in, int offset) {
        int after = in.peek(offset + 1);
        if (in.peek(offset) == '-' && (after == ' ' || after < 0)) {
            return true;
        }
        int from = in.at;
        in.at += offset;
        boolean looksLikeOne = IsoTime.startsAt(in);
        in.at = from;
        return looksLikeOne;
    }

    static SyslogMessage parse(Cursor in, int pri) throws ParseException {
        version(in);
        Instant sentAt = timestamp(in);
        String host = field(in, "HOSTNAME");
        String app = field(in, "APP-NAME");
        String procid = field(in, "PROCID");
        String msgid = field(in, "MSGID");
        String data = structuredData(in);
        String message = null;
        if (!in.atEnd()) {
            if (!in.skip(' ')) {
                throw in.fault("no space after the structured data");
            }
            message = in.rest();
        }
        return new SyslogMessage(pri >> 3, pri & 7, sentAt, host, app, procid, msgid, data, message);
    }

    private static void version(Cursor in) throws ParseException {
        int space = in.find(' ');
        if (!isKnown(in, space - in.at)) {
            throw in.fault("version is " + in.text(in.at, space) + ", only 1 is known,");
        }
        in.at = space + 1;
    }

    private static @Nullable Instant timestamp(Cursor in) throws ParseException {
        if (in.peek() == '-' && (in.peek(1) == ' ' || in.remaining() == 1)) {
            in.at++;
            separator(in, "TIMESTAMP");
            return null;
        }
        Instant sentAt = IsoTime.parse(in, null);
        separator(in, "TIMESTAMP");
        return sentAt;
    }

    private static @Nullable String field(Cursor in, String name) throws ParseException {
        int from = in.at;
        int to = in.find(' ');
        if (to == from) {
            throw in.fault(in.atEnd() ? "the header ends before its " + name : name + " is empty");
        }
        in.at = to;
        separator(in, name);
        return to == from + 1 && in.bytes[from] == '-' ? null : in.text(from, to);
    }

    private static void separator(Cursor in, String name) throws ParseException {
        if (!in.skip(' ')) {
            throw in.fault(in.atEnd() ? "the header ends after its " + name : "no space after the " + name);
        }
    }

    private static @Nullable String structuredData(Cursor in) throws ParseException {
        if (in.skip('-')) {
            return null;
        }
        int from = in.at;
        if (in.peek() != '[') {
            throw in.fault("structured data expected, '-' or '[',");
        }
        while (in.peek() == '[') {
            element(in);
        }
        return in.text(from, in.at);
    }

    /** {@code [id name="value" ...]}, where a value holds {@code "}, {@code \} and {@code ]} behind a backslash only. */
    private static void element(Cursor in) throws ParseException {
        int from = in.at++;
        name(in, from, "an element's id");
        while (in.skip(' ')) {
            name(in, from, "a parameter's name");
            if (!in.skip('=') || !in.skip('"')) {
                throw in.atEnd() ? unterminated(in, from) : in.fault("structured data: =\" expected");
            }
            value(in, from);
        }
        if (!in.skip(']')) {
            throw in.atEnd() ? unterminated(in, from) : in.fault("structured data: ' ' or ']' expected");
        }
    }

    private static void name(Cursor in, int element, String what) throws ParseException {
        int from = in.at;
        int next = in.peek();
        while (next > ' ' && next != '=' && next != ']' && next != '"') {
            in.at++;
            next = in.peek();
        }
        if (next < 0) {
            throw unterminated(in, element);
        }
        if (in.at == from) {
            throw in.fault("structured data: " + what + " expected");
        }
    }

    private static void value(Cursor in, int element) throws ParseException {
        while (!in.atEnd()) {
            int next = in.bytes[in.at++];
            if (next == '"') {
                return;
            }
            if (next == '\\') {
                in.at++; // past the end at most, where the frame is unterminated
            } else if (next == ']') {
                throw in.faultAt("structured data: ']' without a backslash in a value", in.at - 1);
            }
        }
        throw unterminated(in, element);
    }

    private static ParseException unterminated(Cursor in, int element) {
        return in.faultAt("unterminated structured data, its last element begins", element);
    }
}
