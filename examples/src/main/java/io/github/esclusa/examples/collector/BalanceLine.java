// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;

/** The balance as one line of JSON. */
final class BalanceLine {

    private BalanceLine() {}

    static String of(DrainReport<?> report) {
        return "{\"accepted\":" + report.accepted()
                + ",\"delivered\":" + report.count(Outcome.DELIVERED)
                + ",\"filtered\":" + report.count(Outcome.FILTERED)
                + ",\"failed\":" + report.count(Outcome.FAILED)
                + ",\"deadLettered\":" + report.count(Outcome.DEAD_LETTERED)
                + ",\"dropped\":" + report.count(Outcome.DROPPED)
                + ",\"returned\":" + report.count(Outcome.RETURNED)
                + ",\"unknown\":" + report.count(Outcome.UNKNOWN)
                + ",\"balanced\":" + report.balanced() + "}";
    }
}
