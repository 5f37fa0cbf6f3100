// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.logging;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs failures that may come in floods, at a {@link LogRate}: each line but the first with the number left out, and what is
 * still left out at the end.
 *
 * <p>Never throws: a broken logger, a user's exception that throws when it is asked for its message, and a lack of memory for the
 * line break nothing.
 */
public final class FailureLog {

    private static final String SINCE_THE_LAST = "{} ({} times since the last such line)";

    private final Logger log;
    private final String what;
    private final LogRate rate;

    /**
     * A log for one kind of failure.
     *
     * @param log where the lines go
     * @param what whose failure, and what it means, for the log line
     * @param clock tells when the next line may come; may throw
     */
    public FailureLog(Logger log, String what, Clock clock) {
        this.log = log;
        this.what = what;
        this.rate = new LogRate(clock);
    }

    /**
     * Logs a failure, or counts it.
     *
     * @param cause what was thrown
     * @return whether it was logged
     */
    @CanIgnoreReturnValue
    public boolean warn(Throwable cause) {
        return warn(1, null, cause);
    }

    /**
     * Logs that many failures with one cause, or counts them.
     *
     * @param count how many
     * @param cause what was thrown
     * @return whether it was logged
     */
    @CanIgnoreReturnValue
    public boolean warn(int count, Throwable cause) {
        return warn(count, null, cause);
    }

    /**
     * Logs a failure, or counts it.
     *
     * @param which whose failure this one is, said if it is logged
     * @param cause what was thrown
     * @return whether it was logged
     */
    @CanIgnoreReturnValue
    public boolean warn(Object which, Throwable cause) {
        return warn(1, which, cause);
    }

    private boolean warn(int count, @Nullable Object which, Throwable cause) {
        long times = rate.timesToLog(count);
        if (times > 0) {
            write(which == null ? what : said(which), times, times == count, cause);
        }
        return times > 0;
    }

    private void write(String line, long times, boolean nothingLeftOut, Throwable cause) {
        try {
            if (times == 1) {
                log.warn("{}", line, cause);
            } else {
                log.warn(nothingLeftOut ? "{} ({} times)" : SINCE_THE_LAST, line, times, cause);
            }
        } catch (Throwable e) {
            return; // There is nowhere left to say it.
        }
    }

    private String said(Object which) {
        try {
            return what + ": " + which;
        } catch (Throwable e) { // no memory, say
            return what;
        }
    }

    /**
     * Takes what has been left out since the last line, of which the caller tells in its own words.
     *
     * @return how many failures
     */
    public long takeLeftOut() {
        return rate.takeLeftOut();
    }

    /** Nothing more is expected: tells of what has been left out. Should more come, a further call tells of that. */
    public void end() {
        long times = takeLeftOut();
        if (times > 0) {
            try {
                log.warn(SINCE_THE_LAST, what, times);
            } catch (Throwable e) {
                return; // There is nowhere left to say it.
            }
        }
    }
}
