// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import io.github.esclusa.core.time.Clock;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The machine's clock until it is broken; then whatever is asked of it throws. */
final class BreakableClock implements Clock {

    volatile boolean broken;

    @Override
    public long nanoTime() {
        check();
        return Clock.system().nanoTime();
    }

    @Override
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        check();
        Clock.system().awaitUntil(lock, condition, deadlineNanos);
        check();
    }

    private void check() {
        if (broken) {
            throw new IllegalStateException("on purpose");
        }
    }
}
