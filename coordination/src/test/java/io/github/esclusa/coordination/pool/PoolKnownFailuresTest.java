// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.coordination.testing.BrokenLog;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

/** The ways in which other pools failed; numbers are those of the public issues. */
class PoolKnownFailuresTest extends PoolTesting {

    /** What a factory may do instead of making something. */
    enum Trouble {
        EXCEPTION,
        CHECKED,
        ERROR,
        NULL,
        INTERRUPTED,
        INTERRUPTS_ITSELF;

        @SuppressWarnings("NullAway") // A factory that breaks its contract is the point.
        Thing make() throws Exception {
            switch (this) {
                case EXCEPTION -> throw new IllegalStateException("trouble");
                case CHECKED -> throw new Exception("trouble");
                case ERROR -> throw new StackOverflowError("trouble");
                case INTERRUPTED -> throw new InterruptedException("trouble");
                case INTERRUPTS_ITSELF -> {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("trouble");
                }
                case NULL -> {}
            }
            return null;
        }
    }

    /** Runs something in the middle of a wait, and then pretends that the waiting thread was interrupted. */
    private static final class InterruptingClock implements Clock {

        private final AtomicReference<@Nullable Runnable> inTheWait;

        InterruptingClock(AtomicReference<@Nullable Runnable> inTheWait) {
            this.inTheWait = inTheWait;
        }

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            Runnable action = inTheWait.getAndSet(null);
            if (action != null) {
                action.run();
                throw new InterruptedException("by the test");
            }
            Clock.system().awaitUntil(lock, condition, deadlineNanos);
        }
    }

    @Test // POOL-144
    void timedOutAcquireReturnsItsPermit() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = things(2).clock(clock).open();
        for (int round = 0; round < 5; round++) {
            Lease<Thing> one = pool.acquire();
            Lease<Thing> two = pool.acquire();
            Future<Lease<Thing>> waiter = waiter(pool, Duration.ofSeconds(1));
            clock.awaitWaiters(1, LONG);
            clock.advance(Duration.ofSeconds(1));
            assertThat(failure(waiter)).isInstanceOf(AcquireTimeoutException.class);
            one.close();
            two.close();
        }
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test // POOL-144, while its resource is being created
    void acquireTimedOutDuringCreationReturnsItsPermit() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(1).clock(clock).open();
        Future<Lease<Thing>> waiter = waiter(pool, Duration.ofSeconds(1));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failure(waiter)).isInstanceOf(AcquireTimeoutException.class).hasMessageContaining("1 being created");
        letGo.countDown();
        takeFullCapacityAgain(pool, 1);
        assertThat(factory.made).hasSize(1);
        closeAndBalance(pool);
    }

    @Test // POOL-162, 179
    void interruptedAcquireReturnsItsPermit() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        for (int round = 0; round < 5; round++) {
            Lease<Thing> lease = pool.acquire();
            Future<Lease<Thing>> waiter = waiter(pool);
            waiter.cancel(true);
            awaitWaiting(pool, 0);
            lease.close();
        }
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void interruptLeavesAsInterruptedExceptionAndTakesNothing() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        assertThat(failure(call(() -> {
                    Thread.currentThread().interrupt();
                    return pool.acquire();
                })))
                .isInstanceOf(InterruptedException.class);
        Lease<Thing> lease = pool.acquire();
        AtomicReference<@Nullable Thread> waiting = new AtomicReference<>();
        Future<Lease<Thing>> waiter = call(() -> {
            waiting.set(Thread.currentThread());
            return pool.acquire(LONG);
        });
        awaitWaiting(pool, 1);
        Thread thread = waiting.get();
        assertThat(thread).isNotNull();
        thread.interrupt();
        assertThat(failure(waiter)).isInstanceOf(InterruptedException.class);
        lease.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @ParameterizedTest // POOL-243, 303, 336
    @EnumSource(Trouble.class)
    void factoryThatFailsGivesItsPermitBackAndAnswersTheWaiter(Trouble trouble) throws Exception {
        ResourcePool<Thing> pool = things(2).open();
        for (int round = 0; round < 5; round++) {
            factory.nextCreate(trouble::make);
            assertThatThrownBy(() -> pool.acquire(LONG))
                    .isInstanceOf(ResourceCreationException.class)
                    .hasMessageContaining("things")
                    .cause()
                    .hasMessageContaining(trouble == Trouble.NULL ? "null" : "trouble");
        }
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void factoryThatMakesTheSameThingTwiceFailsAndTheThingHasOneHolder() throws Exception {
        ResourcePool<Thing> pool = things(2).open();
        Lease<Thing> lease = pool.acquire();
        factory.nextCreate(lease::get);
        assertThatThrownBy(pool::acquire)
                .isInstanceOf(ResourceCreationException.class)
                .cause()
                .hasMessageContaining("in the pool already");
        factory.existing.decrementAndGet(); // the factory's own count took it for a second one
        lease.close();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test // POOL-240
    void failedCreationFreesItsSlotForTheNextWaiter() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(() -> {
            ThingFactory.await(letGo);
            throw new IllegalStateException("trouble");
        });
        ResourcePool<Thing> pool = things(1).open();
        Future<Lease<Thing>> first = waiter(pool);
        Future<Lease<Thing>> second = waiter(pool);
        letGo.countDown();
        assertThat(failure(first)).isInstanceOf(ResourceCreationException.class);
        result(second).close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // POOL-424
    void invalidatedLeaseFreesItsSlotForAWaiter() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> lease = pool.acquire();
        Thing broken = lease.get();
        Future<Lease<Thing>> waiter = waiter(pool);
        lease.invalidate();
        Lease<Thing> next = result(waiter);
        assertThat(next.get()).isNotSameAs(broken);
        assertThat(broken.destructions).hasValue(1);
        next.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // POOL-240
    void failedValidationIsFollowedByTheNextResourceAndThenByACreation() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(2).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        takeFullCapacityAgain(pool, 2);
        clock.advance(Duration.ofSeconds(1));
        factory.nextValidate(() -> false);
        Lease<Thing> lease = pool.acquire();
        assertThat(factory.made).hasSize(2).contains(lease.get());
        lease.close();
        clock.advance(Duration.ofSeconds(1));
        factory.nextValidate(() -> {
            throw new AssertionError("an Error of the validator's");
        });
        lease = pool.acquire();
        assertThat(factory.made).hasSize(3);
        assertThat(lease.get()).isSameAs(factory.made.get(2));
        lease.close();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void refusedTryThatRacesAReturnLeavesTheReturnedResourceAlone() throws Exception {
        ResourcePool<Thing> pool =
                things(1).validateAfterIdle(Duration.ofHours(1)).open();
        Lease<Thing> lease = pool.acquire();
        CyclicBarrier together = new CyclicBarrier(2);
        for (int round = 0; round < 500; round++) {
            Future<Boolean> refused = call(() -> {
                together.await();
                pool.tryAcquire().ifPresent(Lease::close);
                return true;
            });
            together.await();
            lease.close();
            result(refused);
            lease = pool.tryAcquire().orElseThrow();
        }
        lease.close();
        assertThat(factory.validations).hasValue(0);
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // reactor-pool 124, 334
    void resourceGrantedToAWaiterThatLeavesGoesToTheNext() throws Exception {
        AtomicReference<@Nullable Runnable> inTheWait = new AtomicReference<>();
        ResourcePool<Thing> pool =
                things(1).clock(new InterruptingClock(inTheWait)).open();
        Lease<Thing> lease = pool.acquire(LONG);

        // This thread is granted the resource while it waits, and interrupted before it can take it.
        inTheWait.set(lease::close);
        assertThatThrownBy(() -> pool.acquire(LONG)).isInstanceOf(InterruptedException.class);
        assertThat(pool.state().idle()).isEqualTo(1);

        // And with somebody behind it in the queue.
        Lease<Thing> again = pool.acquire(LONG);
        AtomicReference<@Nullable Future<Lease<Thing>>> second = new AtomicReference<>();
        inTheWait.set(() -> {
            second.set(call(() -> pool.acquire(LONG)));
            again.close();
        });
        assertThatThrownBy(() -> pool.acquire(LONG)).isInstanceOf(InterruptedException.class);
        Future<Lease<Thing>> behind = second.get();
        assertThat(behind).isNotNull();
        result(behind).close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // netty 3881
    void boundIsNeverExceeded() throws Exception {
        int max = 3;
        AtomicInteger inUse = new AtomicInteger();
        AtomicInteger mostInUse = new AtomicInteger();
        ResourcePool<Thing> pool = things(max).open();
        List<Future<Boolean>> users = new ArrayList<>();
        for (int t = 0; t < 12; t++) {
            int seed = t;
            users.add(call(() -> {
                boolean alone = true;
                for (int i = 0; i < 200; i++) {
                    Lease<Thing> lease = pool.acquire(LONG);
                    mostInUse.accumulateAndGet(inUse.incrementAndGet(), Math::max);
                    alone &= lease.get().use();
                    inUse.decrementAndGet();
                    if ((i + seed) % 7 == 0) {
                        lease.invalidate();
                    }
                    lease.close();
                }
                return alone;
            }));
        }
        for (Future<Boolean> user : users) {
            assertThat(result(user)).isTrue();
        }
        assertThat(mostInUse.get()).isLessThanOrEqualTo(max);
        takeFullCapacityAgain(pool, max);
        closeAndBalance(pool);
    }

    @Test // POOL-419
    void invalidateRacingCloseEndsTheLeaseOnce() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        for (int round = 0; round < 500; round++) {
            Lease<Thing> lease = pool.acquire(LONG);
            CyclicBarrier together = new CyclicBarrier(2);
            Future<Boolean> other = call(() -> {
                together.await();
                lease.invalidate();
                return true;
            });
            together.await();
            lease.close();
            result(other);
            assertThat(pool.state().active()).isZero();
        }
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // stormpot, commons-pool, vibur
    void staleCloseGivesNothingToAnybody() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> stale = pool.acquire();
        stale.close();
        Lease<Thing> current = pool.acquire();
        stale.close();
        stale.invalidate();
        assertThat(pool.tryAcquire()).isEmpty();
        assertThatThrownBy(stale::get).isInstanceOf(IllegalStateException.class);
        assertThat(current.get().destructions).hasValue(0);
        current.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    /** Between its end and its line in the log the pool is closed, here by the registry that takes its time down. */
    @Test
    void creationThatFailsUnheardAsThePoolEndsIsToldOf() {
        List<Runnable> recorded = new CopyOnWriteArrayList<>();
        SimpleMeterRegistry registry = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector detector) {
                return new StepTimer(id, new MockClock(), config, detector, TimeUnit.SECONDS, 1000, false) {
                    @Override
                    protected void recordNonNegative(long amount, TimeUnit unit) {
                        if (id.getName().equals(PoolMetrics.CREATION)) {
                            recorded.forEach(Runnable::run);
                        }
                    }
                };
            }
        };
        ResourcePool<Thing> pool = things(1)
                .clock(new ManualClock())
                .executor(Runnable::run)
                .meterRegistry(registry)
                .open();
        try (BrokenLog log = BrokenLog.of(ResourcePool.class, Level.WARN)) {
            for (int i = 0; i < 2; i++) {
                factory.nextCreate(() -> {
                    throw new IllegalStateException("on purpose");
                });
                assertThat(pool.tryAcquire()).isEmpty(); // it sets a creation in motion
                recorded.add(pool::close);
            }

            log.requireLinesWith("and no acquire was told of it", "(1 times since the last such line)");
            log.requireLines(2);
        }
        assertThat(pool.report().terminated()).isTrue();
    }
}
