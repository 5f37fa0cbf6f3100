// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.time.Clock;

/**
 * Logs failures that may come in floods, at a {@link LogRate}: each line but the first with the number left out, and what is
 * still left out at the end.
 */
final class FailureLog {

    private static final SafeLog log = SafeLog.of(FailureLog.class);
    private static final String SINCE_THE_LAST = "{} ({} times since the last such line)";

    private final String what;
    private final LogRate rate;

    /**
     * A log for one kind of failure.
     *
     * @param what whose failure, and what it means, for the log line
     * @param clock tells when the next line may come
     */
    FailureLog(String what, Clock clock) {
        this.what = what;
        this.rate = new LogRate(clock);
    }

    /** Logs one failure; {@code false} if it is left out for now. */
    @CanIgnoreReturnValue
    boolean warn(Throwable cause) {
        return warn(1, cause);
    }

    /** Logs that many failures with one cause; {@code false} if they are left out for now. */
    @CanIgnoreReturnValue
    boolean warn(int count, Throwable cause) {
        long times = rate.timesToLog(count);
        if (times == 1) {
            log.warn("{}", what, cause);
        } else if (times > 1) {
            log.warn(times == count ? "{} ({} times)" : SINCE_THE_LAST, what, times, cause);
        }
        return times > 0;
    }

    /** Nothing more is expected: tells of what has been left out. Should more come, a further call tells of that. */
    void end() {
        long times = rate.takeLeftOut();
        if (times > 0) {
            log.warn(SINCE_THE_LAST, what, times);
        }
    }
}
