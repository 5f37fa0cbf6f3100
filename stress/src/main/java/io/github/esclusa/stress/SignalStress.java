// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.esclusa.core.signal.Registration;
import io.github.esclusa.core.signal.Signal;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The races of a signal: a pulse against its waiter, and a set against the callbacks it takes. */
public class SignalStress {

    /** Not made: a place for its tests. */
    private SignalStress() {}

    /** A waiter that misses the pulse waits for ever, and the harness reports the hang. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "waited, and left though clear followed at once")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "came late, and found the flag up")
    @State
    public static class PulseAgainstAwait {

        private final Signal signal = Signal.named("pulsed");

        /**
         * Waits.
         *
         * @param result first: whether the waiter has left
         */
        @Actor
        public void waiter(II_Result result) {
            try {
                signal.await();
                result.r1 = 1;
            } catch (InterruptedException e) {
                result.r1 = -1;
            }
        }

        /**
         * Pulses a waiter that is there, or else leaves the flag up for it.
         *
         * @param result second: whether it was a pulse
         */
        @Actor
        public void setter(II_Result result) {
            boolean present = signal.waiting() == 1;
            signal.set();
            if (present) {
                signal.clear();
                result.r2 = 1;
            }
        }
    }

    /** Whichever comes first, the callback runs exactly once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "ran once")
    @State
    public static class OnSetAgainstSet {

        private final Signal signal = Signal.named("raced");
        private final AtomicInteger runs = new AtomicInteger();

        /** Registers the callback. */
        @Actor
        public void registers() {
            signal.onSet(runs::incrementAndGet);
        }

        /** Raises the flag. */
        @Actor
        public void sets() {
            signal.set();
        }

        /**
         * Counts.
         *
         * @param result how often the callback ran
         */
        @Arbiter
        public void counts(I_Result result) {
            result.r1 = runs.get();
        }
    }

    /** A callback runs or is cancelled, never both and never neither. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "ran")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "was cancelled")
    @State
    public static class CancelAgainstSet {

        private final Signal signal = Signal.named("raced");
        private final AtomicInteger runs = new AtomicInteger();
        private final Registration registration = signal.onSet(runs::incrementAndGet);

        /** Raises the flag. */
        @Actor
        public void sets() {
            signal.set();
        }

        /**
         * Takes the callback back.
         *
         * @param result second: whether it was taken back
         */
        @Actor
        public void cancels(II_Result result) {
            result.r2 = registration.cancel() ? 1 : 0;
        }

        /**
         * Counts.
         *
         * @param result first: how often the callback ran
         */
        @Arbiter
        public void counts(II_Result result) {
            result.r1 = runs.get();
        }
    }
}
