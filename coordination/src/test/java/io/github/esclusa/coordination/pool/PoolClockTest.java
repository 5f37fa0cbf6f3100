// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** A clock of the user's that throws costs the pool nothing. */
class PoolClockTest extends PoolTesting {

    private static final class ClockTrouble extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Throws while it is broken, and at those readings that it is told to throw at. */
    private static final class BreakingClock implements Clock {

        private final ManualClock time = new ManualClock();
        private final AtomicInteger goodReadings = new AtomicInteger(Integer.MAX_VALUE);
        private volatile boolean broken;

        @Override
        public long nanoTime() {
            if (broken || goodReadings.getAndDecrement() == 0) {
                throw new ClockTrouble();
            }
            return time.nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            time.awaitUntil(lock, condition, deadlineNanos);
        }
    }

    private final BreakingClock clock = new BreakingClock();
    private final AtomicBoolean armed = new AtomicBoolean();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private ResourcePoolBuilder<Thing> timed(int max) {
        return things(max).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).meterRegistry(registry);
    }

    /** The first job after {@link #armed} finds a waiter parked, breaks the clock before its first reading, and leaves it so. */
    private void breakForTheJob(Runnable job) {
        boolean breaks = armed.getAndSet(false);
        Future<Boolean> ignored = call(() -> {
            if (breaks) {
                clock.time.awaitWaiters(1, LONG);
                clock.broken = true;
            }
            job.run();
            return true;
        });
    }

    @Test
    void creationIsReportedThoughTheClockThrows() throws InterruptedException {
        ResourcePool<Thing> pool = timed(2).executor(this::breakForTheJob).open();
        armed.set(true);
        Lease<Thing> lease = pool.acquire();
        mendAndBalance(lease, pool);
    }

    @Test
    void failedCreationIsReportedThoughTheClockThrows() throws Exception {
        factory.nextCreate(() -> {
            throw new IllegalStateException("trouble");
        });
        ResourcePool<Thing> pool = timed(2).executor(this::breakForTheJob).open();
        armed.set(true);
        assertThat(failure(call(() -> pool.acquire()))).isInstanceOf(ResourceCreationException.class);
        clock.broken = false;
        mendAndBalance(pool.acquire(), pool);
    }

    @Test
    void validationIsReportedThoughTheClockThrows() throws InterruptedException {
        ResourcePool<Thing> pool = timed(1).executor(this::breakForTheJob).open();
        pool.acquire().close();
        clock.time.advance(Duration.ofSeconds(1));
        armed.set(true);
        Lease<Thing> lease = pool.acquire();
        assertThat(factory.validations).hasValue(1);
        mendAndBalance(lease, pool, 1);
    }

    @Test
    void leaseGrantedWhileTheClockThrowsReachesItsHolder() throws InterruptedException {
        ResourcePool<Thing> pool = ResourcePool.<Thing>builder("things")
                .create(factory::create)
                .destroy(factory::destroy)
                .clock(clock)
                .max(1)
                .meterRegistry(registry)
                .open();
        pool.acquire().close();
        clock.broken = true;
        Lease<Thing> lease = pool.acquire();
        for (int i = 0; i < 128 && !lease.isSampled(); i++) { // until one that is timed
            lease.close();
            lease = pool.acquire();
        }
        assertThat(lease.isSampled()).isTrue();
        mendAndBalance(lease, pool, 1);
    }

    @Test
    void leaseClosedWhileTheClockThrowsIsGivenBack() throws InterruptedException {
        ResourcePool<Thing> pool = timed(1).open();
        Lease<Thing> lease = pool.acquire();
        clock.broken = true;
        lease.close();
        assertThat(pool.state().active()).isZero();
        clock.broken = false;
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void leaseInvalidatedWhileTheClockThrowsIsTakenOut() throws InterruptedException {
        ResourcePool<Thing> pool = timed(1).open();
        Lease<Thing> lease = pool.acquire(); // the first, which is timed
        clock.broken = true;
        lease.invalidate();
        eventually(() -> assertThat(factory.destroyed).hasValue(1));
        clock.broken = false;
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void poolIsClosedThoughTheClockThrowsToWhoeverShutsItDown() throws InterruptedException {
        ResourcePool<Thing> pool = timed(1).open();
        pool.acquire().close();
        clock.broken = true;
        assertThatThrownBy(() -> pool.shutdown(LONG)).isInstanceOf(ClockTrouble.class);
        eventually(() -> assertThat(pool.report().terminated()).isTrue());
        clock.broken = false;
        assertThat(factory.destroyed).hasValue(1);
        closeAndBalance(pool);
    }

    /** Whichever one reading of a life fails: at worst one acquire does, and nothing is lost by it. */
    @Test
    void clockThatThrowsAtAnyOneReadingLosesNothing() throws Exception {
        for (int reading = 1; reading < 60; reading++) { // the first one fails open() itself
            factory = new ThingFactory();
            clock.goodReadings.set(reading);
            ResourcePool<Thing> pool = timed(2).min(1).executor(Runnable::run).open();
            AtomicInteger troubles = new AtomicInteger();
            for (int round = 0; round < 3; round++) {
                Optional<Lease<Thing>> first = lease(() -> Optional.of(pool.acquire()), troubles);
                factory.nextCreate(() -> {
                    throw new IllegalStateException("trouble");
                });
                Optional<Lease<Thing>> second = lease(() -> Optional.of(pool.acquire()), troubles);
                first.ifPresent(Lease::close);
                second.ifPresent(Lease::close);
                clock.time.advance(Duration.ofSeconds(2));
                lease(pool::tryAcquire, troubles).ifPresent(Lease::close);
                lease(() -> Optional.of(pool.acquire()), troubles).ifPresent(Lease::invalidate);
            }
            clock.goodReadings.set(Integer.MAX_VALUE);
            assertThat(troubles.get()).as("reading " + reading).isLessThanOrEqualTo(1);
            factory.forgetCreations();
            takeFullCapacityAgain(pool, 2);
            closeAndBalance(pool);
        }
    }

    private static Optional<Lease<Thing>> lease(Callable<Optional<Lease<Thing>>> acquire, AtomicInteger troubles)
            throws Exception {
        try {
            return acquire.call();
        } catch (ClockTrouble e) {
            troubles.incrementAndGet();
        } catch (ResourceCreationException e) {
            assertThat(e).hasRootCauseMessage("trouble");
        }
        return Optional.empty();
    }

    private void mendAndBalance(Lease<Thing> lease, ResourcePool<Thing> pool) throws InterruptedException {
        mendAndBalance(lease, pool, 2);
    }

    private void mendAndBalance(Lease<Thing> lease, ResourcePool<Thing> pool, int max) throws InterruptedException {
        clock.broken = false;
        lease.close();
        assertThat(pool.state().active()).isZero();
        takeFullCapacityAgain(pool, max);
        closeAndBalance(pool);
    }
}
