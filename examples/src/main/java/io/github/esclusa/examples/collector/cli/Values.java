// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;

/** Reads the values of options. */
final class Values {

    private static final int MAX_PORT = 65_535;

    private Values() {}

    static int port(String option, String value) {
        return (int) number(option, value, 0, MAX_PORT, "a port");
    }

    /** A whole number within bounds. */
    static long number(String option, String value, long min, long max, String what) {
        String allowed = "allowed is " + what + " from " + shown(min) + " to " + shown(max);
        if (!isWhole(value)) { // nor are digits of other scripts, which parseLong takes
            throw new BadOptionException(option, value, "not a whole number; " + allowed);
        }
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) { // more digits than a long holds
            throw new BadOptionException(option, value, allowed);
        }
        if (number < min || number > max) {
            throw new BadOptionException(option, value, allowed);
        }
        return number;
    }

    private static boolean isWhole(String value) {
        return value.matches("[+-]?[0-9]+");
    }

    static InetAddress address(String option, String value) {
        String allowed = "no address of this machine is called that; allowed are an IP address or a host name,"
                + " 0.0.0.0 for all addresses";
        if (value.isBlank()) {
            throw new BadOptionException(option, value, allowed); // getByName would take it for the loopback
        }
        try {
            return InetAddress.getByName(value);
        } catch (UnknownHostException e) {
            throw new BadOptionException(option, value, allowed);
        }
    }

    static CollectorConfig.WhenFull whenFull(String option, String value) {
        return switch (value) {
            case "drop-oldest" -> CollectorConfig.WhenFull.DROP_OLDEST;
            case "reject" -> CollectorConfig.WhenFull.REJECT;
            case "block" -> CollectorConfig.WhenFull.BLOCK;
            default ->
                throw new BadOptionException(
                        option,
                        value,
                        "allowed are drop-oldest, reject and block"
                                + Nearest.question(value, List.of("drop-oldest", "reject", "block"), ";"));
        };
    }

    static String shown(long number) {
        return NumberFormat.getIntegerInstance(Locale.ROOT).format(number);
    }
}
