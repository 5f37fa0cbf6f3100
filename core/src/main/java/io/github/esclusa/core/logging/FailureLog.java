// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.logging;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs failures that may come in floods: the first at once, then one in ten seconds with the number left out, and what is
 * still left out at the end. While the clock cannot be read, nothing is logged but the first.
 *
 * <p>Never throws: a broken logger, a user's exception that throws when it is asked for its message, and a lack of memory for the
 * line break nothing.
 */
public final class FailureLog {

    private static final String SINCE_THE_LAST = "{} ({} times since the last such line)";
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final String what;
    private final Clock clock;

    private final WaitLock lock = new WaitLock();

    @GuardedBy("lock")
    private boolean loggedBefore;

    /** Whether there was a reading of the clock at the last line. */
    @GuardedBy("lock")
    private boolean lastRead;

    @GuardedBy("lock")
    private long lastNanos;

    @GuardedBy("lock")
    private long leftOut;

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
        this.clock = clock;
    }

    /**
     * Logs a failure, or counts it.
     *
     * @param cause what was thrown
     */
    public void warn(Throwable cause) {
        warn(1, null, cause);
    }

    /**
     * Logs that many failures with one cause, or counts them.
     *
     * @param count how many
     * @param cause what was thrown
     */
    public void warn(int count, Throwable cause) {
        warn(count, null, cause);
    }

    /**
     * Logs a failure, or counts it.
     *
     * @param which whose failure this one is, said if it is logged
     * @param cause what was thrown
     */
    public void warn(Object which, Throwable cause) {
        warn(1, which, cause);
    }

    private void warn(int count, @Nullable Object which, Throwable cause) {
        long times;
        boolean first;
        lock.lock();
        try {
            boolean read = false;
            long now = 0;
            try {
                now = clock.nanoTime();
                read = true;
            } catch (Throwable e) { // a user's own
                now = lastNanos;
            }
            if (loggedBefore && !(read && (!lastRead || now - lastNanos >= INTERVAL_NANOS))) {
                leftOut += count;
                return;
            }
            first = !loggedBefore;
            loggedBefore = true;
            lastRead = read;
            lastNanos = now;
            times = leftOut + count;
            leftOut = 0;
        } finally {
            lock.unlock();
        }
        write(which == null ? what : said(which), times, first, cause);
    }

    private void write(String line, long times, boolean first, Throwable cause) {
        try {
            if (times == 1) {
                log.warn("{}", line, cause);
            } else {
                log.warn(first ? "{} ({} times)" : SINCE_THE_LAST, line, times, cause);
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

    /** Nothing more is expected: tells of what has been left out. Should more come, a further call tells of that. */
    public void end() {
        long times;
        lock.lock();
        try {
            times = leftOut;
            leftOut = 0;
        } finally {
            lock.unlock();
        }
        if (times > 0) {
            try {
                log.warn(SINCE_THE_LAST, what, times);
            } catch (Throwable e) {
                return; // There is nowhere left to say it.
            }
        }
    }
}
