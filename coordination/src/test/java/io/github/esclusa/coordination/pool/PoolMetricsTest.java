// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.noop.NoopTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PoolMetricsTest extends PoolTesting {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ManualClock clock = new ManualClock();

    private double gauge(String name) {
        return registry.get(name).tag("name", "things").gauge().value();
    }

    private Timer acquires(String outcome) {
        return registry.get(PoolMetrics.ACQUIRE)
                .tag("name", "things")
                .tag("outcome", outcome)
                .timer();
    }

    private double destroyed(String reason) {
        return registry.get(PoolMetrics.DESTROYED)
                .tag("name", "things")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    private ResourcePool<Thing> open() {
        return things(2)
                .min(0)
                .clock(clock)
                .validateAfterIdle(Duration.ofSeconds(10))
                .meterRegistry(registry)
                .open();
    }

    @Test
    void gaugesShowWhereTheResourcesAre() throws Exception {
        ResourcePool<Thing> pool = open();
        Lease<Thing> one = pool.acquire();
        Lease<Thing> two = pool.acquire();
        Future<Lease<Thing>> waiter = waiter(pool);
        assertThat(gauge(PoolMetrics.RESOURCES)).isEqualTo(2);
        assertThat(gauge(PoolMetrics.ACTIVE)).isEqualTo(2);
        assertThat(gauge(PoolMetrics.IDLE)).isZero();
        assertThat(gauge(PoolMetrics.PENDING)).isEqualTo(1);
        assertThat(gauge(PoolMetrics.MAX)).isEqualTo(2);
        assertThat(gauge(PoolMetrics.MIN)).isZero();
        one.close();
        result(waiter).close();
        two.close();
        assertThat(gauge(PoolMetrics.ACTIVE)).isZero();
        assertThat(gauge(PoolMetrics.IDLE)).isEqualTo(2);
        assertThat(gauge(PoolMetrics.PENDING)).isZero();
        closeAndBalance(pool);
    }

    @Test
    void everyOutcomeOfAnAcquireIsTimed() throws Exception {
        ResourcePool<Thing> pool = open();
        Lease<Thing> one = pool.acquire();
        Lease<Thing> two = pool.acquire();
        assertThat(acquires("success").count()).isEqualTo(2);
        assertThat(pool.tryAcquire()).isEmpty();
        assertThat(acquires("rejected").count()).isEqualTo(1);

        Future<Lease<Thing>> late = waiter(pool, Duration.ofSeconds(3));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(3));
        assertThat(failure(late)).isInstanceOf(AcquireTimeoutException.class);
        assertThat(acquires("timeout").count()).isEqualTo(1);
        assertThat(acquires("timeout").totalTime(TimeUnit.SECONDS)).isEqualTo(3);

        Future<Lease<Thing>> interrupted = waiter(pool);
        interrupted.cancel(true);
        eventually(() -> assertThat(acquires("interrupted").count()).isEqualTo(1));

        two.invalidate();
        factory.nextCreate(() -> {
            throw new IllegalStateException("trouble");
        });
        assertThatThrownBy(pool::acquire).isInstanceOf(ResourceCreationException.class);
        assertThat(acquires("factory_failed").count()).isEqualTo(1);

        Lease<Thing> three = pool.acquire();
        Future<Lease<Thing>> closed = waiter(pool);
        pool.close();
        assertThat(failure(closed)).isInstanceOf(PoolClosedException.class);
        assertThat(acquires("closed").count()).isEqualTo(1);
        one.close();
        three.close();
        closeAndBalance(pool);
    }

    @Test
    void usageIsTimedForTheFirstLeaseAndSomeOfTheOthers() throws Exception {
        ResourcePool<Thing> pool = open();
        Timer usage = registry.get(PoolMetrics.USAGE).tag("name", "things").timer();
        Lease<Thing> first = pool.acquire();
        clock.advance(Duration.ofMillis(5));
        first.close();
        assertThat(usage.count()).isEqualTo(1);
        assertThat(usage.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(5);
        for (int i = 0; i < 127; i++) {
            pool.acquire().close();
        }
        assertThat(usage.count()).isBetween(2L, 128L);
        closeAndBalance(pool);
    }

    /** Every 64th lease is the long one: a timer that took every 64th would see these alone. */
    @Test
    void whichLeasesAreTimedHasNoRhythm() throws Exception {
        ResourcePool<Thing> pool = open();
        Timer usage = registry.get(PoolMetrics.USAGE).tag("name", "things").timer();
        for (int i = 0; i < 64 * 200; i++) {
            Lease<Thing> lease = pool.acquire();
            clock.advance(Duration.ofMillis(i % 64 == 0 ? 1_000 : 1));
            lease.close();
        }
        assertThat(usage.count()).isBetween(100L, 400L);
        assertThat(usage.mean(TimeUnit.MILLISECONDS)).isLessThan(200);
        closeAndBalance(pool);
    }

    @Test
    void theFactorysWorkIsTimedAndCounted() throws Exception {
        ResourcePool<Thing> pool = open();
        factory.nextCreate(() -> {
            throw new IllegalStateException("trouble");
        });
        assertThatThrownBy(pool::acquire).isInstanceOf(ResourceCreationException.class);
        factory.nextCreate(() -> {
            clock.advance(Duration.ofSeconds(2));
            return factory.make();
        });
        Lease<Thing> lease = pool.acquire();
        eventually(() -> {
            assertThat(creations("failed").count()).isEqualTo(1);
            assertThat(creations("success").count()).isEqualTo(1);
        });
        assertThat(creations("success").totalTime(TimeUnit.SECONDS)).isEqualTo(2);

        lease.close();
        clock.advance(Duration.ofSeconds(10));
        factory.nextValidate(() -> false);
        Lease<Thing> second = pool.acquire();
        eventually(() -> {
            assertThat(destroyed("invalid")).isEqualTo(1);
            assertThat(registry.get(PoolMetrics.VALIDATION).timer().count()).isEqualTo(1);
        });

        second.invalidate();
        second.close();
        eventually(() -> assertThat(destroyed("invalidated")).isEqualTo(1));
        assertThat(staleReleases()).isZero(); // that is how a try block ends
        Lease<Thing> third = pool.acquire();
        third.close();
        third.close();
        third.invalidate();
        assertThat(staleReleases()).isEqualTo(2);
        closeAndBalance(pool);
    }

    @Test
    void metersGoWhenThePoolHasTerminatedAndNotBefore() throws Exception {
        ResourcePool<Thing> pool = open();
        Lease<Thing> lease = pool.acquire();
        pool.close();
        assertThat(gauge(PoolMetrics.ACTIVE)).isEqualTo(1);
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class).hasMessageContaining("things");
        lease.close();
        closeAndBalance(pool);
        assertThat(registry.getMeters()).isEmpty();
        open().close();
    }

    @Test
    void gaugesOutliveTheLastReferenceToThePool() throws Exception {
        openUseAndForget();
        WeakReference<Object> forgotten = new WeakReference<>(new Object());
        eventually(() -> {
            System.gc();
            assertThat(forgotten.get()).isNull();
        });
        assertThat(gauge(PoolMetrics.IDLE)).isEqualTo(1);
        assertThat(gauge(PoolMetrics.RESOURCES)).isEqualTo(1);
        assertThat(gauge(PoolMetrics.MAX)).isEqualTo(2);
        assertThat(gauge(PoolMetrics.MIN)).isZero();
        assertThat(gauge(PoolMetrics.PENDING)).isZero();
    }

    private void openUseAndForget() throws InterruptedException {
        things(2)
                .meterRegistry(registry)
                .executor(Runnable::run)
                .open()
                .acquire()
                .close();
    }

    @Test
    void nothingIsRegisteredForWhatIsNotThereYet() {
        ResourcePool<Thing> pool = open();
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .extracting(Meter.Id::getName)
                .allMatch(name -> name.startsWith("esclusa.pool."))
                .doesNotContain("esclusa.pool.leaked", "esclusa.pool.revoked");
        pool.close();
    }

    @Test
    void meterThatThrowsBreaksNothing() throws Exception {
        SimpleMeterRegistry broken = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauseDetector) {
                return new NoopTimer(id) {
                    @Override
                    public void record(long amount, TimeUnit unit) {
                        throw new AssertionError("a meter's own Error");
                    }
                };
            }
        };
        ResourcePool<Thing> pool = things(2).meterRegistry(broken).open();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void registryThatThrowsBreaksNothing() throws Exception {
        SimpleMeterRegistry broken = new SimpleMeterRegistry() {
            @Override
            protected <T> Gauge newGauge(Meter.Id id, @Nullable T obj, ToDoubleFunction<T> value) {
                throw new IllegalStateException("no gauges here");
            }
        };
        ResourcePool<Thing> pool = things(2).meterRegistry(broken).open();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    private Timer creations(String outcome) {
        return registry.get(PoolMetrics.CREATION).tag("outcome", outcome).timer();
    }

    private double staleReleases() {
        return registry.get(PoolMetrics.STALE_RELEASE).functionCounter().count();
    }
}
