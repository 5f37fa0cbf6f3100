// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.coordination.testing.Allocations;
import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.time.ManualClock;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the ledger does when there is no memory. */
class TimerLedgerMemoryTest {

    private final ManualClock clock = new ManualClock();
    private final OutOfMemoryError noMemory = new OutOfMemoryError("on purpose");

    /** As a set whose table cannot grow: what is added is in it by then. */
    private final class FullSet extends HashSet<ScheduledTimer> {

        private static final long serialVersionUID = 1;

        private boolean full = true;

        @Override
        public boolean add(ScheduledTimer timer) {
            boolean added = super.add(timer);
            if (full) {
                throw noMemory;
            }
            return added;
        }
    }

    /** Else the timing thread could die of want of memory, and the timers go on taking what never fires. */
    @Test
    void closeNeedsNoMemory() throws Exception {
        int many = 5000; // enough for the heaps to give room back
        assertThat(Allocations.of(() -> {
                    TimerLedger ledger = new TimerLedger("full", many, clock);
                    for (int i = 0; i < many; i++) {
                        ledger.schedule(timer());
                    }
                    for (int i = 0; i < many / 2; i++) {
                        ledger.pollDue(clock.nanoTime());
                    }
                    return () -> ledger.close(noMemory);
                }))
                .isZero();
    }

    @Test
    void whatIsHandedBackIsListedInItsOrder() {
        TimerLedger ledger = new TimerLedger("listed", 3, clock);
        List<Timer> timers = List.of(ledger.schedule(timer()), ledger.schedule(timer()), ledger.schedule(timer()));
        ledger.close(null);
        assertThat(ledger.report().returned()).containsExactlyElementsOf(timers);
    }

    @Test
    void aRunWithoutMemoryToBeginHasNotBegun() {
        FullSet running = new FullSet();
        TimerLedger ledger = new TimerLedger("beginning", 1, clock, running);
        ScheduledTimer timer = ledger.schedule(timer());
        ledger.pollDue(clock.nanoTime());

        assertThatThrownBy(() -> ledger.begin(timer, Thread.currentThread(), 0)).isSameAs(noMemory);

        assertThat(ledger.balance()).isEqualTo(new TimerBalance(1, 1, 0, 0, 0, 0, 0, 0));
        running.full = false;
        assertThat(ledger.begin(timer, Thread.currentThread(), 0)).isNotNull();
        ledger.close(null);
        StuckThread here = StuckThread.of(Thread.currentThread());
        assertThat(ledger.closingToQuietByForce(ledger.runsToGiveUp(), List.of(here), here))
                .isTrue();
        assertThat(ledger.report().stuckThreads())
                .extracting(StuckThread::name)
                .containsExactly(Thread.currentThread().getName());
        assertThat(ledger.balance()).isEqualTo(new TimerBalance(1, 0, 0, 0, 0, 0, 0, 1));
    }

    @Test
    void aRefusedRunWithoutMemoryIsNotFoundRunningAtTheEnd() {
        TimerLedger ledger = new TimerLedger("refused", 1, clock, new FullSet());
        ScheduledTimer timer = ledger.schedule(timer());
        ledger.pollDue(clock.nanoTime());
        assertThatThrownBy(() -> ledger.begin(timer, Thread.currentThread(), 0)).isSameAs(noMemory);
        assertThat(ledger.refuse(timer, 0)).isTrue();

        ledger.close(null);

        assertThat(ledger.closingToQuiet()).isTrue();
        assertThat(ledger.balance()).isEqualTo(new TimerBalance(1, 0, 0, 0, 0, 1, 0, 0));
    }

    @SuppressWarnings("NullAway") // The ledger never asks a timer for its engine.
    private static ScheduledTimer timer() {
        return new ScheduledTimer(null, new Cadence(Cadence.Kind.ONCE, 0, 0), () -> {});
    }
}
