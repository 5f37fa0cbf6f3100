// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A moment on a {@link Clock} by which something must have ended.
 *
 * <p>A wait of several steps takes one deadline and shares it, so that the steps together last no longer than asked.
 * Longer durations than about 146 years, half the range of the clock, are cut to that: a deadline in the far future never
 * turns into one in the past.
 */
public final class Deadline {

    /** Far enough never to be reached, near enough that differences to it do not overflow. */
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

    private final Clock clock;
    private final long nanos;

    private Deadline(Clock clock, long nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /**
     * The moment that lies a timeout ahead of a clock's present reading.
     *
     * @param timeout how far ahead; zero or negative means already expired
     * @param clock the clock to measure it on
     * @return the deadline
     */
    public static Deadline after(Duration timeout, Clock clock) {
        return new Deadline(clock, clock.nanoTime() + nanosOf(timeout));
    }

    /**
     * A duration in nanoseconds, cut to what a clock can hold. The result can be added to any reading without the sum
     * appearing to lie in the past.
     *
     * @param duration the duration
     * @return its length in nanoseconds, between zero and half of {@link Long#MAX_VALUE}; zero for a negative duration
     */
    public static long nanosOf(Duration duration) {
        requireNonNull(duration, "the duration is null");
        if (duration.isNegative()) {
            return 0;
        }
        if (duration.toSeconds() >= FOREVER_NANOS / 1_000_000_000L) {
            return FOREVER_NANOS;
        }
        return duration.toNanos();
    }

    /**
     * The clock's reading at which this deadline expires.
     *
     * @return nanoseconds on the scale of {@link Clock#nanoTime()}
     */
    public long nanoTime() {
        return nanos;
    }

    /**
     * How long is left.
     *
     * @return nanoseconds; zero once expired, never negative
     */
    public long remainingNanos() {
        return Math.max(0, nanos - clock.nanoTime());
    }

    /**
     * How long is left.
     *
     * @return the remaining time; {@link Duration#ZERO} once expired
     */
    public Duration remaining() {
        return Duration.ofNanos(remainingNanos());
    }

    /**
     * Whether the moment has come.
     *
     * @return {@code true} from the moment itself on
     */
    public boolean hasExpired() {
        return nanos - clock.nanoTime() <= 0;
    }

    /**
     * Waits on a condition until it is signalled or this deadline expires, as {@link Clock#awaitUntil}.
     *
     * @param lock the lock that {@code condition} belongs to, held by the caller
     * @param condition the condition to wait on
     * @return {@code false} if the deadline had already expired and nothing was waited for
     * @throws InterruptedException if the thread is interrupted before or while waiting; the lock is held again
     */
    public boolean await(Lock lock, Condition condition) throws InterruptedException {
        if (hasExpired()) {
            return false;
        }
        clock.awaitUntil(lock, condition, nanos);
        return true;
    }

    @Override
    public String toString() {
        return hasExpired() ? "Deadline(expired)" : "Deadline(in " + remaining() + ")";
    }
}
