// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.waiting.WaitLock;
import io.github.esclusa.pipeline.buffer.Reading;
import java.util.concurrent.TimeUnit;

/**
 * Logs failures that may come in floods: the first at once, then one in ten seconds with the number left out, and what is
 * still left out at the end. While the clock cannot be read, nothing is logged but the first.
 */
final class FailureLog {

    private static final SafeLog log = SafeLog.of(FailureLog.class);
    private static final String SINCE_THE_LAST = "{} ({} times since the last such line)";
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String what;
    private final Clock clock;

    private final WaitLock lock = new WaitLock();

    @GuardedBy("lock")
    private boolean loggedBefore;

    @GuardedBy("lock")
    private long lastNanos;

    @GuardedBy("lock")
    private long leftOut;

    /**
     * A log for one kind of failure.
     *
     * @param what whose failure, and what it means, for the log line
     * @param clock tells when the next line may come
     */
    FailureLog(String what, Clock clock) {
        this.what = what;
        this.clock = clock;
    }

    void warn(Throwable cause) {
        warn(1, cause);
    }

    /** Logs that many failures with one cause. */
    void warn(int count, Throwable cause) {
        long times;
        boolean first;
        lock.lock();
        try {
            long now = Reading.of(clock);
            if (loggedBefore && !isDue(now)) {
                leftOut += count;
                return;
            }
            first = !loggedBefore;
            loggedBefore = true;
            lastNanos = now;
            times = leftOut + count;
            leftOut = 0;
        } finally {
            lock.unlock();
        }
        if (times == 1) {
            log.warn("{}", what, cause);
        } else {
            log.warn(first ? "{} ({} times)" : SINCE_THE_LAST, what, times, cause);
        }
    }

    @GuardedBy("lock")
    private boolean isDue(long now) {
        return now != Reading.NONE && (lastNanos == Reading.NONE || now - lastNanos >= INTERVAL_NANOS);
    }

    /** Nothing more is expected: tells of what has been left out. Should more come, a further call tells of that. */
    void end() {
        long times;
        lock.lock();
        try {
            times = leftOut;
            leftOut = 0;
        } finally {
            lock.unlock();
        }
        if (times > 0) {
            log.warn(SINCE_THE_LAST, what, times);
        }
    }
}
