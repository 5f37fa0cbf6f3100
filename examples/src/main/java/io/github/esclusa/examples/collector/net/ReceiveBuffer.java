// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The kernel's buffer of a UDP socket. Linux grants at most {@code net.core.rmem_max}, and says nothing where it grants
 * less than was asked for.
 *
 * @param wanted how many bytes were asked for
 * @param granted how many there are
 */
record ReceiveBuffer(int wanted, int granted) {

    private static final String LIMIT = "net.core.rmem_max";

    boolean isSmall() {
        return granted < wanted;
    }

    /** What there is, why, and what a person can do about it. */
    String explained() {
        return explained(Path.of("/proc/sys"));
    }

    String explained(Path settings) {
        String limit = read(settings.resolve(LIMIT.replace('.', '/')));
        return "the kernel grants a receive buffer of " + granted + " bytes, not the " + wanted + " asked for"
                + (limit.isEmpty() ? "" : " (" + LIMIT + " is " + limit + ")")
                + "; to lose less in a burst, " + (limit.isEmpty() ? "on Linux: " : "")
                + "sysctl -w " + LIMIT + "=" + wanted + " as root, and start again";
    }

    /** Empty where the system does not tell: not every container shows it. */
    private static String read(Path setting) {
        try (BufferedReader lines =
                Files.newBufferedReader(setting, US_ASCII)) { // readString is told the size, which is 0
            return Objects.requireNonNullElse(lines.readLine(), "").strip();
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }
}
