// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.examples.patterns.byhand.Printer;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One message at a time from hand to hand: a pipeline of capacity 1, and no message that means something else. */
public final class HandOffPattern {

    private HandOffPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        List<String> received = new ArrayList<>();
        Signal inHand = Signal.named("in-hand");
        Signal goOn = Signal.named("go-on");
        // snippet
        Pipeline<String> handOff = Pipeline.<String>builder("hand-off")
                .capacity(1)
                .sink("receive", message -> {
                    inHand.set();
                    goOn.await(); // the taker takes its time, and the message stays its own
                    received.add(message);
                })
                .start();
        out.line("one: %s", handOff.submit("one"));
        inHand.await();
        out.line("two, without waiting: %s", handOff.trySubmit("two"));
        goOn.set();
        out.line("two, when there is room: %s", handOff.submit("two"));
        out.line("three: %s", handOff.submit("three"));
        DrainReport<String> report = handOff.shutdown(Duration.ofMinutes(1)); // in the place of a word to stop
        out.line("received %s", received);
        out.line("accepted %d, delivered %d", report.accepted(), report.delivered());
        // end
        return report.accepted() + " sent, " + received.size() + " received, in order";
    }
}
