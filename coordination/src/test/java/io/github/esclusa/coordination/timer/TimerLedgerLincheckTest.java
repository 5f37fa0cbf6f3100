// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.time.ManualClock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each step of a timer's life, taken by any thread at any moment, against the same steps one after the other: schedule,
 * due, begin, end, refuse, cancel, reset, close. Every answer and the balance must be those of some order of the steps.
 */
@Timeout(180)
class TimerLedgerLincheckTest {

    /** Lincheck makes one for each execution, and compares with what this class does on one thread. */
    @Param(name = "timer", gen = IntGen.class, conf = "0:1")
    public static class Operations {

        private final TimerLedger ledger = new TimerLedger("checked", 3, new ManualClock());
        private final ScheduledTimer oneShot = timer(new Cadence(Cadence.Kind.ONCE, 0, 0));
        private final ScheduledTimer periodic = timer(new Cadence(Cadence.Kind.FIXED_RATE, 0, 10));

        public Operations() {
            ledger.schedule(oneShot);
            ledger.schedule(periodic);
        }

        @Operation
        public String schedule() {
            try {
                ledger.schedule(timer(new Cadence(Cadence.Kind.ONCE, 0, 0)));
                return "scheduled";
            } catch (RuntimeException e) {
                return e.getClass().getSimpleName();
            }
        }

        @Operation
        public @Nullable String pollDue() {
            ScheduledTimer due = ledger.pollDue(0);
            return due == null ? null : due.cadence.kind().name();
        }

        @Operation
        public boolean begin(@Param(name = "timer") int timer) {
            return ledger.begin(of(timer), Thread.currentThread(), 0) != null;
        }

        @Operation
        public void end(@Param(name = "timer") int timer) {
            ledger.end(of(timer), false, 0);
        }

        @Operation
        public boolean refuse(@Param(name = "timer") int timer) {
            return ledger.refuse(of(timer), 0);
        }

        @Operation
        public CancelOutcome cancel(@Param(name = "timer") int timer) {
            return ledger.cancel(of(timer));
        }

        @Operation
        public ResetOutcome reset(@Param(name = "timer") int timer) {
            return ledger.reset(of(timer), 0);
        }

        @Operation
        public void close() {
            ledger.close(null);
        }

        @Operation
        public TimerBalance balance() {
            TimerBalance balance = ledger.balance();
            if (!balance.balanced()) {
                throw new AssertionError("does not balance: " + balance);
            }
            return balance;
        }

        private ScheduledTimer of(int timer) {
            return timer == 0 ? oneShot : periodic;
        }

        @SuppressWarnings("NullAway") // The ledger never asks a timer for its engine.
        private static ScheduledTimer timer(Cadence cadence) {
            return new ScheduledTimer(null, cadence, () -> {});
        }
    }

    @Test
    void everyStepIsLinearizableUnderModelChecking() {
        new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(60)
                .actorsBefore(2)
                .threads(2)
                .actorsPerThread(3)
                .actorsAfter(1)
                .check(Operations.class);
    }
}
