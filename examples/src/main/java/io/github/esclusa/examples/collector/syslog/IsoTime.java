// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Times as RFC 5424 has them, {@code 2003-10-11T22:14:15.003+02:00}: read digit by digit, without a formatter. */
final class IsoTime {

    private static final int SECONDS_OF_DAY = 86_400;

    /** As long as {@code 2003-10-11T22:14:15}. */
    private static final int LENGTH = 19;

    private IsoTime() {}

    /** Whether what stands here looks like such a time, right or wrong: {@code dddd-dd-ddT}. */
    static boolean startsAt(Cursor in) {
        return in.twoDigits(0) >= 0
                && in.twoDigits(2) >= 0
                && in.peek(4) == '-'
                && in.twoDigits(5) >= 0
                && in.peek(7) == '-'
                && in.twoDigits(8) >= 0
                && in.peek(10) == 'T';
    }

    /**
     * Reads a time.
     *
     * @param fallback the zone of a time that names none; {@code null} where it must name one
     */
    static Instant parse(Cursor in, @Nullable ZoneId fallback) throws ParseException {
        int from = in.at;
        int century = in.twoDigits(0);
        int yearOfCentury = in.twoDigits(2);
        int month = in.twoDigits(5);
        int day = in.twoDigits(8);
        int hour = in.twoDigits(11);
        int minute = in.twoDigits(14);
        int second = in.twoDigits(17);
        boolean punctuated = in.peek(4) == '-'
                && in.peek(7) == '-'
                && in.peek(10) == 'T'
                && in.peek(13) == ':'
                && in.peek(16) == ':';
        int year = century * 100 + yearOfCentury;
        if (!punctuated
                || (century | yearOfCentury) < 0
                || !Days.isDate(year, month, day)
                || !Days.isTime(hour, minute, second)) {
            throw in.faultAt("bad timestamp", from);
        }
        in.at = from + LENGTH;
        int nanos = fraction(in);
        long local = Days.since1970(year, month, day) * SECONDS_OF_DAY + hour * 3600L + minute * 60L + second;
        return Instant.ofEpochSecond(local - offset(in, local, fallback), nanos);
    }

    /** Reads {@code .1} to {@code .123456789}, if one stands here, as nanoseconds. */
    static int fraction(Cursor in) throws ParseException {
        if (in.peek() != '.') {
            return 0;
        }
        int nanos = 0;
        int digits = 0;
        while (digits < 9 && in.isDigit(digits + 1)) {
            nanos = nanos * 10 + in.digit(digits + 1);
            digits++;
        }
        if (digits == 0 || in.isDigit(digits + 1)) {
            throw in.fault("bad timestamp: 1 to 9 digits expected in its fraction,");
        }
        in.at += digits + 1;
        for (int i = digits; i < 9; i++) {
            nanos *= 10;
        }
        return nanos;
    }

    private static long offset(Cursor in, long local, @Nullable ZoneId fallback) throws ParseException {
        int sign = in.peek();
        if (sign == 'Z') {
            in.at++;
            return 0;
        }
        if (sign == '+' || sign == '-') {
            int hours = in.twoDigits(1);
            int minutes = in.twoDigits(4);
            if (in.peek(3) != ':' || !Days.isTime(hours, minutes, 0)) {
                throw in.fault("bad timestamp: its offset is not hh:mm,");
            }
            in.at += 6;
            long seconds = hours * 3600L + minutes * 60L;
            return sign == '-' ? -seconds : seconds;
        }
        if (fallback == null) {
            throw in.fault("bad timestamp: 'Z' or an offset expected");
        }
        return localOffset(local, fallback);
    }

    /** How far a zone is from UTC at a local time: before a gap and at an overlap, as {@link ZoneId} has it. */
    static long localOffset(long local, ZoneId zone) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds();
        }
        return zone.getRules()
                .getOffset(LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC))
                .getTotalSeconds();
    }
}
