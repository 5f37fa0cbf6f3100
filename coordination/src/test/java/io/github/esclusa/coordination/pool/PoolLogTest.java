// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.testing.BrokenLog;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

/** A log that throws at every line, wherever the pool writes one: nothing is lost, and it lends on. */
class PoolLogTest extends PoolTesting {

    private static final int MAX = 2;
    private static final Duration STALE = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger refusals = new AtomicInteger();
    private final CountDownLatch removing = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private final SimpleMeterRegistry slow = new SimpleMeterRegistry() {
        @Override
        public @Nullable Meter remove(Meter meter) {
            removing.countDown();
            try {
                ThingFactory.await(go);
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts it", e);
            }
            return super.remove(meter);
        }
    };

    private final ResourcePool<Thing> pool = things(MAX)
            .clock(clock)
            .validateAfterIdle(STALE)
            .executor(this::execute)
            .meterRegistry(slow)
            .open();

    private void execute(Runnable job) {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        job.run();
    }

    @ParameterizedTest
    @EnumSource(names = {"DEBUG", "WARN"})
    void linesThatCannotBeWrittenCostThePoolNothing(Level level) throws Exception {
        try (BrokenLog log = BrokenLog.of(ResourcePool.class, level)) {
            creationsFail();
            jobsAreRefused();
            factoryThrows();
            waitersAreServedTimedOutAndSentAway();
            log.requireLinesWith(
                    "and no acquire was told of it",
                    "had to create",
                    "had to validate",
                    "had to destroy",
                    "validation threw",
                    "destroying a resource",
                    "has not come back from the registry");
            if (level == Level.DEBUG) {
                log.requireLinesWith("waits for a resource", "waited", "could not create");
            }
        }
        closeAndBalance(pool);
    }

    private void creationsFail() throws Exception {
        factory.nextCreate(() -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(pool.tryAcquire()).isEmpty(); // it sets a creation in motion, and does not wait for it
        factory.nextCreate(() -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(failure(call(() -> pool.acquire()))).isInstanceOf(ResourceCreationException.class);
        refusals.set(1);
        assertThat(failure(call(() -> pool.acquire()))).isInstanceOf(ResourceCreationException.class);
        takeFullCapacityAgain(pool, MAX);
    }

    private void jobsAreRefused() throws Exception {
        Lease<Thing> lease = pool.acquire();
        refusals.set(1);
        lease.invalidate();
        takeFullCapacityAgain(pool, MAX);
        clock.advance(STALE);
        refusals.set(1);
        pool.acquire().close();
        assertThat(refusals).hasValue(0);
        takeFullCapacityAgain(pool, MAX);
    }

    private void factoryThrows() throws Exception {
        factory.nextValidate(() -> {
            throw new IllegalStateException("on purpose");
        });
        factory.nextDestroy(() -> {
            throw new IllegalStateException("on purpose");
        });
        clock.advance(STALE);
        takeFullCapacityAgain(pool, MAX);
    }

    private void waitersAreServedTimedOutAndSentAway() throws Exception {
        Lease<Thing> first = pool.acquire();
        Lease<Thing> second = pool.acquire();
        Future<Lease<Thing>> served = waiter(pool);
        first.close();
        Lease<Thing> third = result(served);
        Future<Lease<Thing>> late = waiter(pool);
        clock.advance(LONG);
        assertThat(failure(late)).isInstanceOf(AcquireTimeoutException.class);
        Future<Lease<Thing>> sentAway = waiter(pool);
        pool.close();
        assertThat(failure(sentAway)).isInstanceOf(PoolClosedException.class);
        second.close();
        Future<Boolean> last = call(() -> {
            third.close(); // and removes the meters
            return true;
        });
        removing.await();
        pool.close(Duration.ZERO);
        go.countDown();
        assertThat(result(last)).isTrue();
    }
}
