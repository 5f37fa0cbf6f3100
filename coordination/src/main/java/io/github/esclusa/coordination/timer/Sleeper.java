// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * How the timing thread sleeps: until the first timer is due, or, with none, until it is woken. Every method is called
 * under the ledger's lock, which guards the fields.
 *
 * <p>It is woken only for a timer that is due before the moment it would wake by itself. So resetting an idle timer, the
 * only one there is, again and again moves it later and wakes nobody.
 */
final class Sleeper {

    private final WaitLock lock;
    private final Clock clock;
    private final Condition wake;

    private boolean asleep;

    /** Asleep with no timer to wait for; otherwise until {@link #untilNanos}. */
    private boolean idle;

    private long untilNanos;

    Sleeper(WaitLock lock, Clock clock) {
        this.lock = lock;
        this.clock = clock;
        this.wake = lock.newCondition();
    }

    /** Sleeps; may wake early, so it is called in a loop that looks again at what is due. */
    @SuppressWarnings("WaitNotInLoop") // The loop is the ledger's.
    void sleepUntilDue(@Nullable ScheduledTimer head) {
        asleep = true;
        idle = head == null;
        try {
            if (head == null) {
                wake.await();
            } else {
                untilNanos = head.dueNanos;
                clock.awaitUntil(lock, wake, untilNanos);
            }
        } catch (InterruptedException e) {
            return; // Only close ends the timing thread. The flag is cleared by now, so nothing spins.
        } finally {
            asleep = false;
        }
    }

    void wakeFor(ScheduledTimer timer) {
        if (asleep && (idle || timer.dueNanos - untilNanos < 0)) {
            wake.signal();
        }
    }

    void wake() {
        wake.signal();
    }
}
