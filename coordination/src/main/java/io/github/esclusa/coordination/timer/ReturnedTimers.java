// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The timers that a close has handed back, in that order: a chain through the timers themselves, since a close for want of
 * memory must not need any. Guarded by the ledger's lock.
 */
final class ReturnedTimers {

    private @Nullable ScheduledTimer first;
    private @Nullable ScheduledTimer last;

    /** Needs no memory. */
    void add(ScheduledTimer timer) {
        if (last == null) {
            first = timer;
        } else {
            last.nextReturned = timer;
        }
        last = timer;
    }

    List<Timer> asList() {
        List<Timer> timers = new ArrayList<>();
        for (ScheduledTimer timer = first; timer != null; timer = timer.nextReturned) {
            timers.add(timer);
        }
        return timers;
    }
}
