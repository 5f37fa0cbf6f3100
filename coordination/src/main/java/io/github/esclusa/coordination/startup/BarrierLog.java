// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a barrier writes to the log: little, for its threads are told. A logger that throws changes nothing, and no more does a
 * lack of memory for a line.
 */
final class BarrierLog {

    private static final Logger log = LoggerFactory.getLogger(Barrier.class);

    private BarrierLog() {}

    /** Nothing if the clock works. */
    static void clockFailed(String barrier, @Nullable Throwable cause) {
        if (cause == null) {
            return;
        }
        try {
            log.error("the clock of barrier '{}' threw: the machine's counts on for it", barrier, cause);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }

    static void arrives(String barrier, Generations generations) {
        try {
            if (log.isDebugEnabled()) {
                log.debug("arrives at barrier '{}', where {} are awaited", barrier, generations.pending());
            }
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }

    static void leaves(String barrier, BarrierMetrics.Outcome outcome) {
        try {
            log.debug("leaves barrier '{}': {}", barrier, outcome);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }
}
