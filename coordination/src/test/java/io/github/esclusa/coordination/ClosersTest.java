// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.timer.Timers;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two threads close one component: whoever has returned, and been told that it is over, finds the name free. */
@Timeout(60)
class ClosersTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int ROUNDS = 100;

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final CountDownLatch removing = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** A registry that takes its time to remove a meter. */
    private final MeterRegistry slow = new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
        @Override
        public @Nullable Meter remove(Meter meter) {
            removing.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.remove(meter);
        }
    };

    @Test
    void twoThatShutAPoolDownBothFindItsNameFree() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ResourcePool<Object> pool = pool(registry);
            pool.acquire(LONG).close();
            bothFindTheNameFree(
                    () -> assertThat(pool.shutdown(LONG).terminated()).isTrue());
        }
    }

    @Test
    void twoThatCloseAnEmptyPoolBothFindItsNameFree() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            bothFindTheNameFree(pool(registry)::close);
        }
    }

    @Test
    void twoThatCloseTimersBothFindTheirNameFree() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            bothFindTheNameFree(timers(registry)::close);
        }
    }

    @Test
    void twoThatCloseAGateBothFindItsNameFree() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            bothFindTheNameFree(gate(registry)::close);
        }
    }

    @Test
    void secondCloserOfAPoolWaitsForTheLastStepOfTheFirst() throws Exception {
        secondWaitsForTheFirst(pool(slow)::close);
    }

    @Test
    void secondCloserOfTimersWaitsForTheLastStepOfTheFirst() throws Exception {
        secondWaitsForTheFirst(timers(slow)::close);
    }

    @Test
    void secondCloserOfAGateWaitsForTheLastStepOfTheFirst() throws Exception {
        secondWaitsForTheFirst(gate(slow)::close);
    }

    /** A registry that closes the pool once more while the pool's own close removes the meters. */
    @Test
    void closeFromInsideTheLastStepDoesNotWaitForItself() throws Exception {
        ResourcePool<Object> pool = pool(registry);
        registry.config().onMeterRemoved(meter -> pool.close());
        Closer<Boolean> closer = new Closer<>(() -> {
            pool.close();
            return true;
        });
        assertThat(closer.result()).isTrue();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void interruptEndsTheWaitForThePoolsLastStepAndIsKept() throws Exception {
        ResourcePool<Object> pool = pool(slow);
        Closer<Integer> first = closer(pool::close, slow);
        removing.await();
        Closer<Boolean> second = new Closer<>(() -> {
            pool.close();
            return Thread.currentThread().isInterrupted();
        });
        second.awaitParked();
        second.thread.interrupt();
        assertThat(second.result()).isTrue();
        go.countDown();
        assertThat(first.result()).isZero();
    }

    private static ResourcePool<Object> pool(MeterRegistry meters) {
        return ResourcePool.<Object>builder("closed")
                .create(Object::new)
                .meterRegistry(meters)
                .open();
    }

    private static Timers timers(MeterRegistry meters) {
        return Timers.builder("closed").closeTimeout(LONG).meterRegistry(meters).start();
    }

    private static StartupGate gate(MeterRegistry meters) throws InterruptedException {
        StartupGate.Builder builder = StartupGate.builder("closed").stopTimeout(LONG);
        builder.component("part", () -> () -> {});
        return builder.meterRegistry(meters).start(LONG);
    }

    private void bothFindTheNameFree(Closing close) throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Closing atOnce = () -> {
            together.await();
            close.close();
        };
        Closer<Integer> first = closer(atOnce, registry);
        Closer<Integer> second = closer(atOnce, registry);
        assertThat(first.result()).isZero();
        assertThat(second.result()).isZero();
    }

    private void secondWaitsForTheFirst(Closing close) throws Exception {
        Closer<Integer> first = closer(close, slow);
        removing.await();
        Closer<Integer> second = closer(close, slow);
        second.awaitParked();
        assertThat(second.outcome.isDone()).isFalse();
        go.countDown();
        assertThat(first.result()).isZero();
        assertThat(second.result()).isZero();
    }

    /** Closes, and then counts the meters that are left. */
    private static Closer<Integer> closer(Closing close, MeterRegistry meters) {
        return new Closer<>(() -> {
            close.close();
            return meters.getMeters().size();
        });
    }

    private interface Closing {
        void close() throws Exception;
    }

    private static final class Closer<T> {

        private final FutureTask<T> outcome;
        private final Thread thread;

        Closer(Callable<T> body) {
            outcome = new FutureTask<>(body);
            thread = new Thread(outcome, "closer");
            thread.setDaemon(true);
            thread.start();
        }

        void awaitParked() {
            Awaitility.await().atMost(LONG).until(() -> switch (thread.getState()) {
                case WAITING, TIMED_WAITING, TERMINATED -> true;
                default -> false;
            });
        }

        T result() throws Exception {
            return outcome.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
