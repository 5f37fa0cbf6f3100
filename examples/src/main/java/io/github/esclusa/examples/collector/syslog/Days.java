// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

/** The calendar in whole numbers. Anything out of range, the -1 of digits that were not there included, is no date. */
final class Days {

    private Days() {}

    static boolean isDate(int year, int month, int day) {
        return month >= 1 && month <= 12 && day >= 1 && day <= lengthOf(year, month);
    }

    /** Whether it is a time of day; leap seconds are not, as RFC 5424 forbids them. */
    static boolean isTime(int hour, int minute, int second) {
        return (hour | minute | second) >= 0 && hour <= 23 && minute <= 59 && second <= 59;
    }

    private static int lengthOf(int year, int month) {
        return switch (month) {
            case 2 -> isLeap(year) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    private static boolean isLeap(int year) {
        return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    /**
     * Days from 1970-01-01 to a date of the years 0 to 9999: Howard Hinnant's {@code days_from_civil}, in which a year
     * begins in March, so that its leap day is its last.
     */
    static long since1970(int year, int month, int day) {
        int shifted = month <= 2 ? year + 399 : year + 400; // one era of 400 years on, so that it is never negative
        int era = shifted / 400;
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return (era - 1) * 146_097L + dayOfEra - 719_468;
    }
}
