// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What settings of this package must satisfy. */
final class Limits {

    private Limits() {}

    static String notBlank(String setting, String value) {
        if (requireNonNull(value, () -> setting + " is null").isBlank()) {
            throw new IllegalArgumentException(
                    setting + " is blank: it names threads, metrics and messages, choose one");
        }
        return value;
    }

    static Duration positive(String setting, Duration value) {
        if (requireNonNull(value, () -> setting + " is null").isNegative() || value.isZero()) {
            throw new IllegalArgumentException(setting + " is " + value + ": it must be positive");
        }
        return value;
    }
}
