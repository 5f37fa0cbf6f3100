// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import java.time.Duration;

/** What a listener's settings must be. */
final class Settings {

    private Settings() {}

    static void requireAtLeast(String setting, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(setting + " is " + value + ", allowed is " + least + " and more");
        }
    }

    static void requirePositive(String setting, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(setting + " is " + value + ", allowed is anything longer than zero");
        }
    }
}
