// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.testing.BrokenLog;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

/** A log that throws at every line, wherever a barrier writes one: its parties pass, and are told when it breaks. */
@Timeout(60)
class BarrierLogTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final BreakableClock clock = new BreakableClock();
    private final Barrier barrier =
            Barrier.builder("told").parties(2).clock(clock).build();

    private void passTogether() throws Exception {
        var waiter = waiting();
        assertThat(barrier.await(LONG)).isEqualTo(1);
        assertThat(waiter.get()).isZero();
    }

    private Background<Integer> waiting() {
        var party = Background.call(() -> barrier.await(LONG));
        await().until(() -> barrier.waiting() == 1);
        return party;
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void partiesPassAndAreToldOfTheBreak(Level level) throws Exception {
        try (BrokenLog log = BrokenLog.of(Barrier.class, level)) {
            passTogether();
            var waiter = waiting();
            clock.broken = true;
            assertThat(barrier.await(LONG)).isEqualTo(1);
            assertThat(waiter.get()).isZero();
            passTogether();
            var sentAway = waiting();
            barrier.close();

            assertThat(sentAway.failure()).isInstanceOf(BarrierBroken.class);
            log.requireLinesWith("the clock of barrier 'told' threw");
            if (level == Level.DEBUG) {
                log.requireLinesWith("arrives at barrier", "leaves barrier");
            }
        }
    }
}
