// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** Counts how often a clock is read and waited on: what polls or spins shows here. */
final class CountingClock implements Clock {

    private final Clock clock;
    private final AtomicLong uses = new AtomicLong();

    CountingClock(Clock clock) {
        this.clock = clock;
    }

    long uses() {
        return uses.get();
    }

    @Override
    public long nanoTime() {
        uses.incrementAndGet();
        return clock.nanoTime();
    }

    @Override
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        uses.incrementAndGet();
        clock.awaitUntil(lock, condition, deadlineNanos);
    }
}
