// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The system's clock until it is broken; then waiting on it throws. */
final class BreakingClock implements Clock {

    private final CountDownLatch broken;

    BreakingClock(CountDownLatch broken) {
        this.broken = broken;
    }

    @Override
    public long nanoTime() {
        return Clock.system().nanoTime();
    }

    @Override
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        if (broken.getCount() == 0) {
            throw new IllegalStateException("on purpose");
        }
        Clock.system().awaitUntil(lock, condition, deadlineNanos);
    }
}
