// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuardedTest {

    private final Guarded<Integer> guarded = Guarded.named("balance", 1);

    @Test
    void readsAndUpdates() {
        assertThat(guarded.update(n -> n + 1)).isEqualTo(2);
        assertThat(guarded.get()).isEqualTo(2);
        String shown = guarded.read(n -> "n=" + n);
        assertThat(shown).isEqualTo("n=2");
        assertThat(guarded.name()).isEqualTo("balance");
        assertThat(guarded.toString()).contains("balance").doesNotContain("2,");
    }

    @Test
    @SuppressWarnings("NullAway") // On JDK 17 it does not see that a bound read from a class file is @Nullable.
    void mayHoldNothing() {
        Guarded<@Nullable String> maybe = Guarded.named("maybe", null);
        assertThat(maybe.get()).isNull();
        maybe.update(value -> "there");
        assertThat(maybe.get()).isEqualTo("there");
        assertThat(maybe.update(value -> null)).isNull();
    }

    @Test
    void workInPlaceIsSeenByTheNext() {
        Guarded<List<String>> list = Guarded.named("list", new ArrayList<>());
        list.with(l -> l.add("a"));
        list.with(l -> l.add("b"));
        String joined = list.read(l -> String.join(",", l));
        assertThat(joined).isEqualTo("a,b");
    }

    @Test
    void updatesFromManyThreadsAllCount() throws Exception {
        List<Running<@Nullable Object>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Running.run(() -> {
                for (int n = 0; n < 2_000; n++) {
                    guarded.update(value -> value + 1);
                }
            }));
        }
        for (Running<?> thread : threads) {
            thread.result();
        }
        assertThat(guarded.get()).isEqualTo(8_001);
    }

    @Test
    void throwingUpdateLeavesTheOldValueAndTheLockFree() throws Exception {
        assertThatThrownBy(() -> guarded.update(n -> {
                    throw new IllegalStateException("on purpose");
                }))
                .hasMessage("on purpose");
        assertThatThrownBy(() -> guarded.update(n -> {
                    throw new AssertionError("an Error");
                }))
                .hasMessage("an Error");
        assertThatThrownBy(() -> guarded.read(n -> {
                    throw new AssertionError("in read");
                }))
                .hasMessage("in read");
        assertThatThrownBy(() -> guarded.with(n -> {
                    throw new AssertionError("in with");
                }))
                .hasMessage("in with");
        assertThat(Running.call(guarded::get).result()).isEqualTo(1);
    }

    /** The compiler knows what a function throws: no wrapping, and nothing to catch where nothing is thrown. */
    @Test
    void checkedExceptionsReachTheCallerAsTheyAre() {
        IOException thrown = new IOException("on purpose");
        IOException caught = null;
        try {
            guarded.update(n -> fail(thrown));
        } catch (IOException e) {
            caught = e;
        }
        assertThat(caught).isSameAs(thrown);
        assertThatThrownBy(() -> guarded.read(n -> fail(thrown))).isSameAs(thrown);
        assertThatThrownBy(() -> guarded.with(n -> fail(thrown))).isSameAs(thrown);
        assertThat(guarded.get()).isEqualTo(1);
    }

    private static int fail(IOException failure) throws IOException {
        throw failure;
    }

    @Test
    void reentrantUseFailsAtOnceWithAMessageAndLeavesTheValueUsable() throws Exception {
        assertThatThrownBy(() -> guarded.update(n -> guarded.update(m -> m + 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("balance")
                .hasMessageContaining("inside its own function");
        assertThatThrownBy(() -> guarded.with(n -> guarded.get())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> guarded.read(n -> {
                    guarded.with(m -> {});
                    return n;
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Running.<Integer>call(() -> guarded.update(n -> n + 1)).result())
                .isEqualTo(2);
    }

    @Test
    void anotherThreadWaitsForItsTurn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Running<?> first = Running.run(() -> guarded.with(n -> {
            inside.countDown();
            awaitQuietly(leave);
        }));
        inside.await();
        Running<Integer> second = Running.call(() -> guarded.update(n -> n + 1)).awaitParked();
        assertThat(second.isDone()).isFalse();
        leave.countDown();
        first.result();
        assertThat(second.result()).isEqualTo(2);
    }

    @Test
    void watchedValueShowsItsLockUntilClosed() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Guarded<Integer> watched = Guarded.builder("watched")
                .meterRegistry(registry)
                .fairness(Fairness.FIRST_COME)
                .longHold(Duration.ofHours(1))
                .guard(0);
        watched.update(n -> n + 1);
        watched.update(n -> n + 1);
        assertThat(registry.get(LockMetrics.ACQUISITIONS).functionCounter().count())
                .isEqualTo(2);

        watched.close();

        assertThat(registry.getMeters()).isEmpty();
        assertThat(watched.update(n -> n + 1)).isEqualTo(3);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
