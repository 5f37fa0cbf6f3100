// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import java.util.List;

/**
 * What lies before a segment's own queue.
 *
 * @param intake the inlets
 * @param queues the queues before its own, those of the inlets among them; empty for the first segment
 */
record Upstream(Intake intake, List<Source> queues) {

    /**
     * Whether an inlet is full with messages that are in a queue, and nothing is on its way there: a batch that waits now waits for
     * what cannot come. An inlet that is full with others, parked somewhere perhaps, is no affair of that batch.
     */
    boolean isSpent(Source queue) {
        if (!intake.isFullOf(queue)) {
            return false;
        }
        for (Source before : queues) {
            if (before.size() > 0) {
                return false;
            }
        }
        return true;
    }
}
