// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What timers have to say. A logger that throws breaks nothing: the same things are counted. No more does a line for which
 * there is no memory, be it for its text, which Java makes when it is first used: so each has all of it in a {@code try} of
 * its own, and whatever is thrown there, nobody is left to tell.
 */
final class TimerLog {

    private static final Logger log = LoggerFactory.getLogger(Timers.class);

    private final String name;
    private final FailureLog callbacks;

    TimerLog(String name, Clock clock) {
        this.name = name;
        this.callbacks = new FailureLog(log, "a callback of timers '" + name + "' threw; the timers go on", clock);
    }

    void callbackFailed(Cadence cadence, Runnable callback, Throwable cause) {
        try {
            callbacks.warn(cadence.inWords() + ", " + callback.getClass().getName(), cause);
        } catch (Throwable e) {
            return;
        }
    }

    /** No more callbacks are expected. */
    void end() {
        callbacks.end();
    }

    void executorRefused(Cadence cadence, Throwable cause) {
        try {
            String what = cadence.isPeriodic()
                    ? "a periodic timer, which tries again a period later"
                    : "a one-shot timer, which will not run";
            log.warn("the executor of timers '{}' refused {}", name, what, cause);
        } catch (Throwable e) {
            return;
        }
    }

    void workerFailed(Throwable cause) {
        try {
            log.error("a worker of timers '{}' goes on after an error outside any callback", name, cause);
        } catch (Throwable e) {
            return;
        }
    }

    void closedWithCallbacksRunning(TimersReport report, Duration timeout) {
        try {
            log.warn(
                    "timers '{}' were closed while callbacks run, which have not come back within closeTimeout({}): {}",
                    name,
                    timeout,
                    report.stuckInWords());
        } catch (Throwable e) {
            return;
        }
    }

    void clockFailed(Throwable cause) {
        try {
            log.error("the clock of timers '{}' threw; the last known time stands in for it", name, cause);
        } catch (Throwable e) {
            return;
        }
    }

    void timingFailed(Throwable cause) {
        try {
            log.error("the timing thread of timers '{}' failed: they close", name, cause);
        } catch (Throwable e) {
            return;
        }
    }
}
