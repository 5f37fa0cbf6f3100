// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.testing.Allocations;
import io.github.esclusa.core.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No memory: a barrier trips or breaks all the same. */
class BarrierMemoryTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static Generations acting(int parties, @Nullable Runnable action) {
        return new Generations("barrier", parties, action, new EnduringClock(Clock.system()));
    }

    @Test
    void barrierIsBrokenWithoutMemory() throws Exception {
        Error failure = new Error("on purpose");
        assertThat(Allocations.of(() -> {
                    Generations generations = acting(2, null);
                    return () -> generations.breakBy(BarrierBroken.Reason.FAILED, failure);
                }))
                .isZero();
    }

    /** From the moment its action runs, the last party needs no more. */
    @Test
    void barrierTripsWithoutMemory() throws Exception {
        long[] since = {0};
        assertThat(Allocations.since(since, () -> {
                    Generations generations = acting(1, () -> since[0] = Allocations.soFar());
                    return () -> {
                        try {
                            generations.pass(LONG);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    };
                }))
                .isZero();
    }
}
