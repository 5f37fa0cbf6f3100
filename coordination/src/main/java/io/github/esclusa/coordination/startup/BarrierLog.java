// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a barrier writes to the log: little, for its threads are told. A logger that throws changes nothing. */
final class BarrierLog {

    private static final Logger log = LoggerFactory.getLogger(Barrier.class);

    private BarrierLog() {}

    /** Nothing if the clock works. */
    static void clockFailed(String barrier, @Nullable Throwable cause) {
        if (cause == null) {
            return;
        }
        quietly(() -> log.error("the clock of barrier '{}' threw: the machine's counts on for it", barrier, cause));
    }

    static void arrives(String barrier, Generations generations) {
        quietly(() -> {
            if (log.isDebugEnabled()) {
                log.debug("arrives at barrier '{}', where {} are awaited", barrier, generations.pending());
            }
        });
    }

    static void leaves(String barrier, BarrierMetrics.Outcome outcome) {
        quietly(() -> log.debug("leaves barrier '{}': {}", barrier, outcome));
    }

    private static void quietly(Runnable line) {
        try {
            line.run();
        } catch (Throwable ignored) { // a logger is not ours, and there is nowhere left to tell of its failure
            return;
        }
    }
}
