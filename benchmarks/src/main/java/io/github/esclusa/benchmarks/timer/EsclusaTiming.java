// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.timer;

import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;

/** Esclusa's timers with one worker; the callbacks are handed to it by the thread that keeps the time. */
record EsclusaTiming(Timers timers, Runnable task) implements Timing {

    static Timing start(Runnable task) {
        return new EsclusaTiming(Timers.builder("benchmark").workers(1).start(), task);
    }

    @Override
    public Object timeOut() {
        return timers.after(LONG, task);
    }

    @Override
    public void cancel(Object timeOut) {
        ((Timer) timeOut).cancel();
    }

    @Override
    public void fire() {
        timers.after(SHORT, task);
    }

    @Override
    public void close() {
        timers.close();
    }
}
