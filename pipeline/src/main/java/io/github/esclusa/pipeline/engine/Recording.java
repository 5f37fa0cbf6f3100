// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Records on meters that may be absent, and that may throw: the work goes on either way. */
final class Recording {

    private static final SafeLog log = SafeLog.of(Recording.class);

    private Recording() {}

    static void time(@Nullable Timer timer, long nanos) {
        if (timer != null) {
            try {
                timer.record(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            } catch (Throwable e) {
                log.debug("a timer threw", e);
            }
        }
    }

    static void count(@Nullable Counter counter, double amount) {
        if (counter != null) {
            try {
                counter.increment(amount);
            } catch (Throwable e) {
                log.debug("a counter threw", e);
            }
        }
    }

    static void record(@Nullable DistributionSummary summary, double amount) {
        if (summary != null) {
            try {
                summary.record(amount);
            } catch (Throwable e) {
                log.debug("a summary threw", e);
            }
        }
    }
}
