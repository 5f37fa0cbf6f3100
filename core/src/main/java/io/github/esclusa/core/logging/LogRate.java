// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.logging;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.TimeUnit;

/**
 * When a line may be logged that may come in floods: the first at once, then one in ten seconds. Counts what is left out. While
 * the clock cannot be read, none may but the first.
 */
public final class LogRate {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

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
     * A rate of its own.
     *
     * @param clock tells when the next line may come; may throw
     */
    public LogRate(Clock clock) {
        this.clock = clock;
    }

    /**
     * Asks for a line, or counts what is left out.
     *
     * @param count how many things have now happened that it would tell of
     * @return how many have happened since the last line, those included; zero if there is to be none
     */
    public long timesToLog(int count) {
        lock.lock();
        try {
            boolean read = false;
            long now = lastNanos;
            try {
                now = clock.nanoTime();
                read = true;
            } catch (Throwable e) { // a user's own
                read = false;
            }
            boolean due = read && (!lastRead || now - lastNanos >= INTERVAL_NANOS);
            if (loggedBefore && !due) {
                leftOut += count;
                return 0;
            }
            loggedBefore = true;
            lastRead = read;
            lastNanos = now;
            return takeLeftOut() + count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes what has been left out since the last line, of which the caller tells.
     *
     * @return how many
     */
    public long takeLeftOut() {
        lock.lock();
        try {
            long times = leftOut;
            leftOut = 0;
            return times;
        } finally {
            lock.unlock();
        }
    }
}
