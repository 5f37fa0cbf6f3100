// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.logging.LogRate;
import io.github.esclusa.core.time.Clock;
import java.util.concurrent.TimeUnit;

/** Says at level DEBUG that an inlet held messages back, at a {@link LogRate}; at any other level it costs no lock. */
final class HeldBackLog {

    private static final SafeLog log = SafeLog.of(HeldBackLog.class);

    private final String inlet;
    private final LogRate rate;

    /**
     * A log for one inlet.
     *
     * @param inlet which it is, for the log line
     * @param clock tells when the next line may come
     */
    HeldBackLog(String inlet, Clock clock) {
        this.inlet = inlet;
        this.rate = new LogRate(clock);
    }

    void heldBack(long nanos) {
        if (!log.isDebugEnabled()) {
            return;
        }
        long times = rate.timesToLog(1);
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        if (times == 1) {
            log.debug("{} had no room: a message was held back for {} ms", inlet, millis);
        } else if (times > 1) {
            log.debug(
                    "{} had no room: a message was held back for {} ms ({} times since the last such line)",
                    inlet,
                    millis,
                    times);
        }
    }

    /** See {@link FailureLog#end}. */
    void end() {
        long times = rate.takeLeftOut();
        if (times > 0) {
            log.debug("{} had no room ({} times since the last such line)", inlet, times);
        }
    }
}
