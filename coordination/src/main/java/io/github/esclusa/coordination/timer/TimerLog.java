// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What timers have to say. A logger that throws breaks nothing: the same things are counted. */
final class TimerLog {

    private static final Logger log = LoggerFactory.getLogger(Timers.class);

    private final String name;

    TimerLog(String name) {
        this.name = name;
    }

    void callbackFailed(Throwable cause) {
        guarded(() -> log.error("a callback of timers '{}' threw; the timers go on", name, cause));
    }

    void executorRefused(Cadence cadence, Throwable cause) {
        String what = cadence.isPeriodic()
                ? "a periodic timer, which tries again a period later"
                : "a one-shot timer, which will not run";
        guarded(() -> log.warn("the executor of timers '{}' refused {}", name, what, cause));
    }

    void workerFailed(Throwable cause) {
        guarded(() -> log.error("a worker of timers '{}' goes on after an error outside any callback", name, cause));
    }

    void clockFailed(Throwable cause) {
        guarded(() -> log.error("the clock of timers '{}' threw; the last known time stands in for it", name, cause));
    }

    void timingFailed(Throwable cause) {
        guarded(() -> log.error("the timing thread of timers '{}' failed: they close", name, cause));
    }

    private static void guarded(Runnable line) {
        try {
            line.run();
        } catch (Throwable e) {
            return; // There is nobody left to tell.
        }
    }
}
