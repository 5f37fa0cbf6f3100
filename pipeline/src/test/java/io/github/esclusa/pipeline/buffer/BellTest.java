// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BellTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final Bell bell = new Bell(clock);

    @Test
    void ringBetweenTheSecondLookAndTheWaitIsNotLost() throws InterruptedException {
        long armedIn = bell.arm();
        bell.ring();
        bell.await(armedIn, null); // would hang
        bell.disarm();
    }

    @Test
    void ringBeforeArmingIsNoBusinessOfTheWaiter() throws Exception {
        bell.ring();
        Running<Boolean> waiter = waiter(null);
        assertThat(waiter.isDone()).isFalse();
        bell.ring();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void ringWakesOneOfTwoAndRingAllTheRest() throws Exception {
        List<Running<Boolean>> waiters = List.of(waiter(null), waiter(null), waiter(null));
        assertThat(bell.waiters()).isEqualTo(3);
        bell.ring();
        waiters.get(0).result();
        assertThat(waiters.get(1).awaitParked().isDone()).isFalse();
        assertThat(waiters.get(2).awaitParked().isDone()).isFalse();
        assertThat(bell.waiters()).isEqualTo(2);
        bell.ringAll();
        assertThat(waiters.get(1).result()).isTrue();
        assertThat(waiters.get(2).result()).isTrue();
        assertThat(bell.waiters()).isZero();
    }

    @Test
    void waitEndsAtItsDeadline() throws Exception {
        Running<Boolean> waiter = waiter(Duration.ofSeconds(5).toNanos());
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(4));
        assertThat(waiter.isDone()).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void interruptLeavesAsInterruptedException() throws Exception {
        Running<Boolean> waiter = waiter(null);
        waiter.thread().interrupt();
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        assertThat(bell.waiters()).isZero();
    }

    /** Two producers, three consumers: every token is taken, though a ring wakes but one. */
    @Test
    void whoeverWakesAndLeavesWorkBehindRingsForTheNext() throws Exception {
        int tokens = 20_000;
        AtomicInteger data = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(tokens);
        List<Running<Integer>> consumers = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
            consumers.add(Running.call(() -> {
                int taken = 0;
                while (left.get() > 0) {
                    if (data.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
                        long armedIn = bell.arm();
                        if (data.get() == 0 && left.get() > 0) {
                            bell.await(armedIn, null);
                        }
                        bell.disarm();
                        continue;
                    }
                    taken++;
                    if (left.decrementAndGet() == 0) {
                        bell.ringAll();
                    } else if (data.get() > 0) {
                        bell.ring();
                    }
                }
                return taken;
            }));
        }
        List<Running<Boolean>> producers = new ArrayList<>();
        for (int p = 0; p < 2; p++) {
            producers.add(Running.call(() -> {
                for (int i = 0; i < tokens / 2; i++) {
                    data.incrementAndGet();
                    bell.ring();
                }
                return true;
            }));
        }
        for (Running<Boolean> producer : producers) {
            producer.result();
        }
        int taken = 0;
        for (Running<Integer> consumer : consumers) {
            taken += consumer.result();
        }
        assertThat(taken).isEqualTo(tokens);
        assertThat(bell.waiters()).isZero();
    }

    private Running<Boolean> waiter(@Nullable Long deadlineNanos) {
        return Running.call(() -> {
                    long armedIn = bell.arm();
                    try {
                        bell.await(armedIn, deadlineNanos);
                        return true;
                    } finally {
                        bell.disarm();
                    }
                })
                .awaitParked();
    }
}
