// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.TimerMetrics;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The user is asked to act within 30 seconds; the answer cancels the deadline, and says what it has found. */
public final class TimerPattern {

    private static final Duration THIRTY = Duration.ofSeconds(30);

    private TimerPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Dashboard dashboard = new Dashboard();
        Signal asked = Signal.named("asked");
        Signal read = Signal.named("read");
        Signal done = Signal.named("done");
        // snippet
        ManualClock clock = new ManualClock(); // on which 30 seconds pass at once
        Timers prompts = Timers.builder("prompts")
                .workers(1)
                .clock(clock)
                .meterRegistry(dashboard.registry())
                .start();
        Timer answered = prompts.after(THIRTY, () -> out.line("not reached"));
        clock.advance(Duration.ofSeconds(10));
        out.line("an answer after 10 s: %s", answered.cancel());
        out.line("a second one: %s", answered.cancel());

        Timer ignored = prompts.after(THIRTY, () -> {
            out.line("you have not acted within 30 s");
            asked.set();
            awaitUninterrupted(read);
        });
        prompts.after(THIRTY.plusSeconds(1), () -> {
            throw new IllegalStateException("no window to ask in");
        });
        prompts.after(THIRTY.plusSeconds(2), done::set);
        clock.advance(THIRTY);
        asked.await();
        out.line("an answer while that runs: %s", ignored.cancel());
        clock.advance(Duration.ofSeconds(2)); // so long does it take
        read.set();
        done.await();
        out.line("failed: %d, and the next one came", dashboard.reads(TimerMetrics.FAILED));
        out.line("late, all three together: %.0f s", secondsLate(dashboard));
        prompts.close();
        out.line("an answer after that: %s", ignored.cancel());
        // end
        return "4 cancels told apart, 1 failure survived";
    }

    private static void awaitUninterrupted(Signal signal) {
        try {
            signal.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts it", e);
        }
    }

    private static double secondsLate(Dashboard dashboard) {
        return dashboard.registry().get(TimerMetrics.LAG).timer().totalTime(TimeUnit.SECONDS);
    }
}
