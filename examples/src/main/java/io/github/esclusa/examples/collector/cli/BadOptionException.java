// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

/** An option whose value is not allowed; the message names the option, the value, and what is. */
final class BadOptionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BadOptionException(String option, String value, String allowed) {
        this(option + " " + (value.isEmpty() ? "''" : value) + ": " + allowed);
    }

    BadOptionException(String message) {
        super(message);
    }
}
