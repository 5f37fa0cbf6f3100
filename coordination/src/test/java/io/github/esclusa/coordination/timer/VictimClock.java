// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.time.Clock;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A clock that throws when one thread, its victim, reads it. */
final class VictimClock implements Clock {

    private final Clock clock;

    volatile @Nullable Thread victim;

    VictimClock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public long nanoTime() {
        if (Thread.currentThread() == victim) {
            throw new IllegalStateException("on purpose");
        }
        return clock.nanoTime();
    }

    @Override
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        clock.awaitUntil(lock, condition, deadlineNanos);
    }
}
