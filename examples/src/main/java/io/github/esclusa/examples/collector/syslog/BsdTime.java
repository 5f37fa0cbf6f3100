// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Times as RFC 3164 has them, {@code Oct 11 22:14:15}: no year and no zone. Routers add a year after the day or a
 * fraction after the seconds; both are read.
 *
 * <p>The year is the latest that puts the time no more than a week after the time of receipt. So a message of New Year's
 * Eve that arrives in January is last year's, one from a clock a few minutes fast on New Year's Eve is next year's, and
 * one that waited for months in a relay is still in the past. February 29 may be that of eight years ago.
 */
final class BsdTime {

    private static final int SECONDS_OF_DAY = 86_400;
    private static final long MAX_AHEAD_SECONDS = 7L * SECONDS_OF_DAY;

    /** A day is in one of so many years, whichever they are: around 2100, which has no February 29, it takes eight. */
    private static final int MAX_YEARS_BACK = 8;

    private final ZoneId zone;

    BsdTime(ZoneId zone) {
        this.zone = zone.normalized(); // to a plain offset where the zone has but one: cheaper to ask
    }

    /** Whether what stands here looks like such a time, right or wrong: a month, a space, and a day. */
    static boolean startsAt(Cursor in) {
        return month(in) > 0 && in.peek(3) == ' ' && (in.isDigit(4) || (in.peek(4) == ' ' && in.isDigit(5)));
    }

    Instant parse(Cursor in, long receivedAtMicros) throws ParseException {
        int from = in.at;
        int month = month(in);
        in.at += in.peek(4) == ' ' ? 5 : 4;
        int day = in.digit(0);
        in.at++;
        if (in.isDigit(0)) {
            day = day * 10 + in.digit(0);
            in.at++;
        }
        int year = optionalYear(in);
        int hour = in.twoDigits(1);
        int minute = in.twoDigits(4);
        int second = in.twoDigits(7);
        boolean punctuated = in.peek() == ' ' && in.peek(3) == ':' && in.peek(6) == ':';
        if (!punctuated || !Days.isTime(hour, minute, second)) {
            throw in.faultAt("bad timestamp", from);
        }
        in.at += 9;
        long secondOfDay = hour * 3600L + minute * 60L + second;
        int nanos = IsoTime.fraction(in);
        long local;
        if (year >= 0) {
            local = localSeconds(year, month, day, secondOfDay);
        } else {
            local = nearest(month, day, secondOfDay, Math.floorDiv(receivedAtMicros, 1_000_000L));
        }
        if (local == Long.MIN_VALUE) {
            throw in.faultAt("bad timestamp: no such day", from);
        }
        return Instant.ofEpochSecond(local - IsoTime.localOffset(local, zone), nanos);
    }

    /** Reads {@code  2024} if the year stands before the time; -1 if it does not. */
    private static int optionalYear(Cursor in) {
        int century = in.twoDigits(1);
        int yearOfCentury = in.twoDigits(3);
        if (in.peek() != ' ' || century < 0 || yearOfCentury < 0 || in.peek(5) != ' ') {
            return -1;
        }
        in.at += 5;
        return century * 100 + yearOfCentury;
    }

    private long nearest(int month, int day, long secondOfDay, long receivedAt) {
        long now = receivedAt + offsetAt(receivedAt);
        int yearNow = (int) Math.min(9998, Math.max(1, 1970 + Math.floorDiv(now, 31_556_952L))); // a day off at most
        for (int year = yearNow + 1; year >= yearNow - MAX_YEARS_BACK; year--) {
            long local = localSeconds(year, month, day, secondOfDay);
            if (local != Long.MIN_VALUE && local <= now + MAX_AHEAD_SECONDS) {
                return local;
            }
        }
        return Long.MIN_VALUE;
    }

    private long offsetAt(long epochSecond) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds();
        }
        return zone.getRules().getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
    }

    /** {@link Long#MIN_VALUE} for a day that year does not have. */
    private static long localSeconds(int year, int month, int day, long secondOfDay) {
        return Days.isDate(year, month, day)
                ? Days.since1970(year, month, day) * SECONDS_OF_DAY + secondOfDay
                : Long.MIN_VALUE;
    }

    private static int month(Cursor in) {
        return switch (in.peek(0) << 16 | in.peek(1) << 8 | in.peek(2)) {
            case 'J' << 16 | 'a' << 8 | 'n' -> 1;
            case 'F' << 16 | 'e' << 8 | 'b' -> 2;
            case 'M' << 16 | 'a' << 8 | 'r' -> 3;
            case 'A' << 16 | 'p' << 8 | 'r' -> 4;
            case 'M' << 16 | 'a' << 8 | 'y' -> 5;
            case 'J' << 16 | 'u' << 8 | 'n' -> 6;
            case 'J' << 16 | 'u' << 8 | 'l' -> 7;
            case 'A' << 16 | 'u' << 8 | 'g' -> 8;
            case 'S' << 16 | 'e' << 8 | 'p' -> 9;
            case 'O' << 16 | 'c' << 8 | 't' -> 10;
            case 'N' << 16 | 'o' << 8 | 'v' -> 11;
            case 'D' << 16 | 'e' << 8 | 'c' -> 12;
            default -> -1;
        };
    }
}
