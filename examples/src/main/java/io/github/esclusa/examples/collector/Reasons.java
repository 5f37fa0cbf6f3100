// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.coordination.startup.StartupFailed;

/** Says in one line why the collector could not start, or go on. */
final class Reasons {

    private Reasons() {}

    static String of(StartupFailed failure) {
        Throwable cause = failure.getCause();
        return of(cause == null || cause.getMessage() == null ? (Throwable) failure : cause);
    }

    static String of(Throwable failure) {
        String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return reason.lines().findFirst().orElse(reason);
    }
}
