// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.coordination.startup.StartupFailed;

/** Says in one line why the collector could not start. */
final class Reasons {

    private Reasons() {}

    static String of(StartupFailed failure) {
        Throwable cause = failure.getCause();
        String reason =
                cause == null || cause.getMessage() == null ? String.valueOf(failure.getMessage()) : cause.getMessage();
        return reason.lines().findFirst().orElse(reason);
    }
}
