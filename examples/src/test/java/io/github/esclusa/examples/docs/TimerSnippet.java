// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.coordination.timer.CancelOutcome;
import io.github.esclusa.coordination.timer.ResetOutcome;
import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.coordination.timer.TimersReport;
import java.time.Duration;

/** The README's timer. */
final class TimerSnippet {

    record Shown(ResetOutcome reset, CancelOutcome cancelled, TimersReport report) {}

    private TimerSnippet() {}

    static Shown run(Runnable expire) throws InterruptedException {
        // snippet
        Timers timers = Timers.builder("sessions").start();
        Timer idle = timers.after(Duration.ofSeconds(30), expire);
        ResetOutcome reset = idle.reset(); // 30 seconds from now: RESET, or TOO_LATE
        CancelOutcome cancelled = idle.cancel(); // CANCELLED, RUNNING, FIRED or ALREADY_CANCELLED
        TimersReport report = timers.shutdown(Duration.ofSeconds(10)); // waits for callbacks that run; balanced()
        // end
        return new Shown(reset, cancelled, report);
    }
}
