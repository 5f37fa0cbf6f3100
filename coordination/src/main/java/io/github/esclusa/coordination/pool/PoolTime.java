// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;

/**
 * The pool's time, off a clock that may be the user's and may throw.
 *
 * <p>A caller who asks to wait learns of it: {@link #after} throws what the clock throws, before anything has been taken.
 * Everything else happens in the middle of a step, where a resource that changes hands would be lost with the exception:
 * there {@link #now} answers the last reading instead.
 */
final class PoolTime {

    private final Clock clock;

    /** The machine's own clock does not throw, and its readings need not be remembered. */
    private final boolean trusted;

    /** Written by whoever reads the clock; if two race, either reading will do. */
    private volatile long last;

    /** Throws what the clock throws. */
    PoolTime(Clock clock) {
        this.clock = clock;
        this.trusted = clock == Clock.system();
        this.last = clock.nanoTime();
    }

    /** The clock's reading, or its last one if it throws. Never throws. */
    long now() {
        return trusted ? clock.nanoTime() : readOrRecall();
    }

    private long readOrRecall() {
        try {
            long now = clock.nanoTime();
            last = now;
            return now;
        } catch (Throwable e) {
            return last;
        }
    }

    /** A deadline on the clock itself. Throws what the clock throws, and so do waits for it. */
    Deadline after(Duration timeout) {
        return Deadline.after(timeout, clock);
    }
}
