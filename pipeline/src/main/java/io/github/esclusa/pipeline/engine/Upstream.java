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

    /** Whether an inlet is full and nothing is on its way: a batch that waits now waits for what cannot come. */
    boolean isSpent() {
        if (!intake.isFull()) {
            return false;
        }
        for (Source queue : queues) {
            if (queue.size() > 0) {
                return false;
            }
        }
        return true;
    }
}
