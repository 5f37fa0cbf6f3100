// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.waiting.WaitLock;
import io.github.esclusa.pipeline.buffer.Reading;
import java.util.concurrent.TimeUnit;

/**
 * When a line may be logged that may come in floods: the first at once, then one in ten seconds. Counts what is left out. While
 * the clock cannot be read, none may but the first.
 */
final class LogRate {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Clock clock;

    private final WaitLock lock = new WaitLock();

    @GuardedBy("lock")
    private boolean loggedBefore;

    @GuardedBy("lock")
    private long lastNanos;

    @GuardedBy("lock")
    private long leftOut;

    LogRate(Clock clock) {
        this.clock = clock;
    }

    /** How often what has now happened {@code count} times has happened since the last line; zero if it is left out. */
    long timesToLog(int count) {
        lock.lock();
        try {
            long now = Reading.of(clock);
            if (loggedBefore && !isDue(now)) {
                leftOut += count;
                return 0;
            }
            loggedBefore = true;
            lastNanos = now;
            long times = leftOut + count;
            leftOut = 0;
            return times;
        } finally {
            lock.unlock();
        }
    }

    /** How often it was left out since the last line, of which the caller tells. */
    long takeLeftOut() {
        lock.lock();
        try {
            long times = leftOut;
            leftOut = 0;
            return times;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isDue(long now) {
        return now != Reading.NONE && (lastNanos == Reading.NONE || now - lastNanos >= INTERVAL_NANOS);
    }
}
