// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A pause after a failure, so that one that lasts does not burn the processor; stopping ends it at once. */
final class Pause {

    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private boolean stopped;

    Pause(Clock clock) {
        this.clock = clock;
    }

    /** Waits so long, or until stopped. */
    void await(Duration duration) throws InterruptedException {
        Deadline end = Deadline.after(duration, clock);
        lock.lock();
        try {
            while (!stopped && end.await(lock, changed)) {
                // Woken by the clock, by stop, or by nothing: the condition of the loop tells.
            }
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }
}
