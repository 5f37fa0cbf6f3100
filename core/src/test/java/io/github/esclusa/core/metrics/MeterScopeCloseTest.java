// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads that close one scope: whoever has returned finds the name free. */
@Timeout(60)
class MeterScopeCloseTest {

    private static final String KIND = "esclusa.test";

    private final CountDownLatch removing = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** A registry that takes its time to remove a meter. */
    private final MeterRegistry slow = new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
        @Override
        public @Nullable Meter remove(Meter meter) {
            removing.countDown();
            awaitQuietly(go);
            return super.remove(meter);
        }
    };

    @Test
    void secondCloserWaitsForTheRemovalThatTheFirstHasBegun() throws Exception {
        MeterScope scope = MeterScope.open(KIND, "thing", "a", slow);
        Running<?> first = Running.run(scope::close);
        removing.await();
        Running<Integer> second = Running.call(() -> {
            scope.close();
            return slow.getMeters().size();
        });
        second.awaitParked();
        assertThat(second.isDone()).isFalse();

        go.countDown();

        assertThat(second.result()).isZero();
        first.result();
    }

    @Test
    void interruptDoesNotCutTheWaitShortAndIsKept() throws Exception {
        MeterScope scope = MeterScope.open(KIND, "thing", "a", slow);
        Running<?> first = Running.run(scope::close);
        removing.await();
        Running<Boolean> second = Running.call(() -> {
            scope.close();
            assertThat(slow.getMeters()).isEmpty();
            return Thread.currentThread().isInterrupted();
        });
        second.awaitParked();
        second.interrupt();
        Awaitility.await().atMost(Running.LIMIT).until(() -> !second.thread().isInterrupted()); // it has noticed
        second.awaitParked();

        go.countDown();

        assertThat(second.result()).isTrue();
        first.result();
    }

    @Test
    void ofManyClosersEachFindsTheNameFree() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        for (int round = 0; round < 500; round++) {
            MeterScope scope = MeterScope.open(KIND, "thing", "raced", registry);
            CyclicBarrier together = new CyclicBarrier(2);
            List<Running<Integer>> closers =
                    List.of(closer(scope, together, registry), closer(scope, together, registry));
            for (Running<Integer> closer : closers) {
                assertThat(closer.result()).isZero();
            }
        }
    }

    private static Running<Integer> closer(MeterScope scope, CyclicBarrier together, MeterRegistry registry) {
        return Running.call(() -> {
            together.await();
            scope.close();
            return registry.getMeters().size();
        });
    }

    @Test
    void closeFromInsideTheRemovalDoesNotWaitForItself() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
        registry.config().onMeterRemoved(meter -> scope.close());
        try (LogCapture log = LogCapture.of(Recording.class)) {
            Running.run(scope::close).result();
            assertThat(log.lines()).isEmpty(); // it would say that its patience has ended
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Two registries that close each other's component would wait for each other for ever: the patience ends it. */
    @Test
    void removalsThatWaitForEachOtherEnd() throws Exception {
        CyclicBarrier bothRemoving = new CyclicBarrier(2);
        Entangled one = new Entangled(bothRemoving);
        Entangled other = new Entangled(bothRemoving);
        MeterScope a = MeterScope.open(KIND, "thing", "a", one, Duration.ofMillis(50));
        MeterScope b = MeterScope.open(KIND, "thing", "b", other, Duration.ofMillis(50));
        one.closesFirst = b;
        other.closesFirst = a;
        try (LogCapture log = LogCapture.of(Recording.class)) {
            Running<?> first = Running.run(a::close);
            Running<?> second = Running.run(b::close);
            first.result();
            second.result();
            assertThat(log.lines()).isNotEmpty().allSatisfy(line -> assertThat(line)
                    .contains("WARN removing the meters failed"));
        }
        assertThat(one.getMeters()).isEmpty();
        assertThat(other.getMeters()).isEmpty();
    }

    /** Closes another component whenever it removes a meter. */
    private static final class Entangled extends SimpleMeterRegistry {

        private final CyclicBarrier bothRemoving;
        private volatile @Nullable MeterScope closesFirst;

        Entangled(CyclicBarrier bothRemoving) {
            this.bothRemoving = bothRemoving;
        }

        @Override
        public @Nullable Meter remove(Meter meter) {
            try {
                bothRemoving.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new AssertionError(e);
            }
            requireNonNull(closesFirst).close();
            return super.remove(meter);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
