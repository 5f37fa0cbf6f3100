// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lock that is not re-entrant fails its owner at once, where a plain one would let it wait for itself for ever. */
@Timeout(60)
class ReentrancyTest {

    private static InstrumentedLock refusing(boolean watched) {
        return InstrumentedLock.builder("ledger")
                .reentrancy(Reentrancy.REFUSED)
                .meterRegistry(watched ? new SimpleMeterRegistry() : null)
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOwnerIsRefusedAtOnceHoweverItAsks(boolean watched) {
        InstrumentedLock lock = refusing(watched);
        try (Held held = lock.hold()) {
            for (Attempt attempt : new Attempt[] {
                lock::lock,
                lock::lockInterruptibly,
                () -> lock.tryLock(1, TimeUnit.HOURS),
                () -> lock.tryHold(Duration.ofHours(1))
            }) {
                assertThatThrownBy(attempt::take)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll("lock 'ledger'", "not re-entrant", "reentrancy(COUNTED)");
            }
            assertThat(lock.tryLock()).isFalse();
            assertThat(lock.isHeldByCurrentThread()).isTrue();
        }
        assertThat(lock.isHeldByCurrentThread()).isFalse();
    }

    @Test
    void othersWaitAndGetItAsEver() throws Exception {
        InstrumentedLock lock = refusing(true);
        Running<@Nullable Object> other;
        try (Held held = lock.hold()) {
            other = Running.run(() -> {
                try (Held theirs = lock.hold()) {
                    assertThat(lock.isHeldByCurrentThread()).isTrue();
                }
            });
            other.awaitParked();
        }
        other.result();
        assertThat(lock.tryLock()).isTrue();
        lock.unlock();
    }

    @Test
    @SuppressWarnings("WaitNotInLoop") // it waits for nothing but its end
    void aReturnFromAWaitIsNoSecondAcquire() throws Exception {
        InstrumentedLock lock = refusing(false);
        Condition condition = lock.newCondition();
        try (Held held = lock.hold()) {
            assertThat(condition.await(1, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(lock.isHeldByCurrentThread()).isFalse();
    }

    private interface Attempt {
        void take() throws InterruptedException;
    }
}
