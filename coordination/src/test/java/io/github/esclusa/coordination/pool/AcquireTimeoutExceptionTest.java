// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What it says is true of the case. */
class AcquireTimeoutExceptionTest {

    private static AcquireTimeoutException after(Duration timeout, int active, @Nullable Throwable lastFailure) {
        return new AcquireTimeoutException("p", timeout, new PoolState(active, 0, active, 1, 0, lastFailure), 2);
    }

    @Test
    void causeIsPointedToOnlyWhereThereIsOne() {
        Exception broken = new Exception("on purpose");
        assertThat(after(Duration.ofSeconds(1), 0, broken))
                .hasCause(broken)
                .hasMessageContainingAll("within PT1S", "see the cause");
        assertThat(after(Duration.ofSeconds(1), 0, null))
                .hasNoCause()
                .hasMessageContainingAll("within PT1S", "slow to create");
        assertThat(after(Duration.ofSeconds(1), 0, null).getMessage()).doesNotContain("cause");
    }

    @Test
    void whoDidNotWaitIsToldThatNoneWasReady() {
        for (Duration none : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
            assertThat(after(none, 0, null)).hasMessageContainingAll("at once", "none was ready", "give a timeout");
            assertThat(after(none, 0, null).getMessage()).doesNotContain("PT", "slow");
            assertThat(after(none, 2, null)).hasMessageContainingAll("2 of at most 2", "max(..)", "give a timeout");
        }
    }
}
