// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.thread.ThreadKind;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Settings, their defaults and their errors; the threads they make. */
@Timeout(60)
class TimersBuilderTest {

    /** Each test its own: the threads of the one before may still be ending. */
    private final String name = "built-" + UUID.randomUUID();

    @Test
    void aSettingOutOfRangeIsNamedWithItsValue() {
        assertThatThrownBy(() -> Timers.builder(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Timers.builder(name).workers(0).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("workers(0)")
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Timers.builder(name).maxPending(-1).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxPending(-1)");
        assertThatThrownBy(() -> Timers.builder(name)
                        .closeTimeout(Duration.ofSeconds(-1))
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("closeTimeout(PT-1S)");
        assertThatThrownBy(() ->
                        Timers.builder(name).workers(1).executor(Runnable::run).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("workers(1)")
                .hasMessageContaining("executor");
        assertThat(Threads.named(name)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void callbacksRunOnNamedThreadsOfTheKindThatWasChosen(ThreadKind kind) throws Exception {
        if (kind == ThreadKind.VIRTUAL && Runtime.version().feature() < 21) {
            assertThatThrownBy(() -> Timers.builder(name).threads(kind).start())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining(name);
            assertThat(Threads.named(name)).isEmpty();
            return;
        }
        CompletableFuture<Thread> ranOn = new CompletableFuture<>();
        try (Timers timers = Timers.builder(name).threads(kind).start()) {
            timers.after(Duration.ZERO, () -> ranOn.complete(Thread.currentThread()));
            Thread worker = ranOn.get(20, TimeUnit.SECONDS);

            assertThat(worker.getName()).isEqualTo(name + "-timer-1");
            assertThat(worker.isDaemon()).isEqualTo(kind != ThreadKind.PLATFORM);
            assertThat(Threads.timing(name).isDaemon()).isEqualTo(kind != ThreadKind.PLATFORM);
        }
        await().until(() -> Threads.named(name).isEmpty());
    }

    @Test
    void workersAreMadeOnDemandAndNoMoreThanAsked() {
        AtomicInteger runs = new AtomicInteger();
        try (Timers timers = Timers.builder(name).workers(3).start()) {
            assertThat(Threads.named(name + "-timer-")).isEmpty();
            for (int i = 0; i < 2_000; i++) {
                timers.after(Duration.ZERO, runs::incrementAndGet);
            }
            await().until(() -> runs.get() == 2_000);

            assertThat(Threads.named(name + "-timer-")).hasSizeBetween(1, 3);
        }
    }
}
