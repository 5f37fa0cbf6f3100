// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.testing;

import io.github.esclusa.core.time.Clock;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The machine's clock, until it breaks: then whoever reads it meets an exception. Waits go on. */
public final class BrokenClock implements Clock {

    public final IllegalStateException thrown = new IllegalStateException("a broken clock, on purpose");

    /** Written by the test, read by whoever reads the clock. */
    private volatile boolean broken;

    /** From now on it throws, or does so no longer. */
    public void setBroken(boolean isBroken) {
        broken = isBroken;
    }

    @Override
    public long nanoTime() {
        if (broken) {
            throw thrown;
        }
        return System.nanoTime();
    }

    @Override
    public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
        Clock.system().awaitUntil(lock, condition, deadlineNanos);
    }
}
