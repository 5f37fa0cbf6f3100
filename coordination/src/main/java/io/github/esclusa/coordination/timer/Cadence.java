// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.time.Deadline;
import java.time.Duration;

/**
 * When a timer is due, and due again.
 *
 * @param kind once, or how the next run follows from the last
 * @param initialNanos the wait before the first run
 * @param periodNanos the delay or period between runs; zero for a one-shot
 */
record Cadence(Kind kind, long initialNanos, long periodNanos) {

    enum Kind {
        ONCE,
        FIXED_DELAY,
        FIXED_RATE
    }

    static Cadence once(Duration delay) {
        return new Cadence(Kind.ONCE, Deadline.nanosOf(delay), 0);
    }

    static Cadence fixedDelay(Duration initial, Duration delay) {
        return new Cadence(Kind.FIXED_DELAY, Deadline.nanosOf(initial), positive("delay", delay));
    }

    static Cadence fixedRate(Duration initial, Duration period) {
        return new Cadence(Kind.FIXED_RATE, Deadline.nanosOf(initial), positive("period", period));
    }

    boolean isPeriodic() {
        return kind != Kind.ONCE;
    }

    /** As in a line of the log. */
    String inWords() {
        return switch (kind) {
            case ONCE -> "once, after " + Duration.ofNanos(initialNanos);
            case FIXED_DELAY -> "with a fixed delay of " + Duration.ofNanos(periodNanos);
            case FIXED_RATE -> "at a fixed rate, every " + Duration.ofNanos(periodNanos);
        };
    }

    /** What a plain reset waits again: a one-shot's delay, a periodic timer's period. */
    long resetNanos() {
        return isPeriodic() ? periodNanos : initialNanos;
    }

    /** How many later points of a fixed rate have come as well by now; zero for other timers. */
    long pointsPassed(long dueNanos, long nowNanos) {
        long late = nowNanos - dueNanos;
        return kind == Kind.FIXED_RATE && late > 0 ? late / periodNanos : 0;
    }

    /**
     * When to run again after a run has ended. Of the points of a fixed rate that passed during the run only the latest
     * is made up for, at once: the number of runs keeps up as far as it can, and no burst follows a stall.
     */
    long nextAfterRun(long dueNanos, long nowNanos) {
        if (kind == Kind.FIXED_DELAY) {
            return nowNanos + periodNanos;
        }
        return dueNanos + Math.max(1, pointsPassed(dueNanos, nowNanos)) * periodNanos;
    }

    /** When to try again after the executor has refused a run: always ahead, so that a dead executor costs no spin. */
    long nextAfterRefusal(long dueNanos, long nowNanos) {
        if (kind == Kind.FIXED_DELAY) {
            return nowNanos + periodNanos;
        }
        return dueNanos + (pointsPassed(dueNanos, nowNanos) + 1) * periodNanos;
    }

    private static long positive(String setting, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("the " + setting + " of a periodic timer is " + value
                    + ": it must be longer than zero; for one run use after(...)");
        }
        return Deadline.nanosOf(value);
    }
}
