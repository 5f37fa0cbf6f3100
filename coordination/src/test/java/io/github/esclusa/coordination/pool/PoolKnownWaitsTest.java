// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** Ways in which other pools kept threads waiting that need not have waited, or overran their deadlines. */
class PoolKnownWaitsTest extends PoolTesting {

    private static final class CountingClock implements Clock {

        private final AtomicInteger waits;

        CountingClock(AtomicInteger waits) {
            this.waits = waits;
        }

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime();
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            waits.incrementAndGet();
            Clock.system().awaitUntil(lock, condition, deadlineNanos);
        }
    }

    @Test // reactor-pool 40, HikariCP 222: seen 1.8 s late
    void waiterBehindASlowCreationGetsTheReturnedResource() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool = things(2).open();
        Lease<Thing> lease = pool.acquire();
        Thing thing = lease.get();
        factory.nextCreate(factory.makeAfter(letGo));
        Future<Lease<Thing>> waiter = waiter(pool);
        lease.close();
        Lease<Thing> handed = result(waiter); // while the creation still waits for the latch
        assertThat(handed.get()).isSameAs(thing);
        letGo.countDown();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1)); // made with nobody waiting
        handed.close();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void waiterBehindAHangingValidationGetsTheReturnedResource() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool =
                things(2).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        takeFullCapacityAgain(pool, 2);
        Lease<Thing> lease = pool.acquire();
        clock.advance(Duration.ofSeconds(1));
        factory.nextValidate(() -> {
            ThingFactory.await(letGo);
            return true;
        });
        Future<Lease<Thing>> waiter = waiter(pool);
        lease.close();
        result(waiter).close();
        letGo.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void hangingCreationsDoNotHoldBackAValidation() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool = things(3)
                .clock(clock)
                .creators(1)
                .validateAfterIdle(Duration.ofSeconds(1))
                .open();
        Lease<Thing> lease = pool.acquire();
        factory.nextCreate(factory.makeAfter(letGo));
        Future<Lease<Thing>> first = waiter(pool, Duration.ofSeconds(1));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failure(first)).isInstanceOf(AcquireTimeoutException.class);
        lease.close();
        clock.advance(Duration.ofSeconds(1));
        pool.acquire().close(); // validated while the only creator hangs
        assertThat(factory.validations).hasValue(1);
        letGo.countDown();
        takeFullCapacityAgain(pool, 3);
        closeAndBalance(pool);
    }

    @Test
    void creationUnderWayDoesNotHoldBackAValidation() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory::make).nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(2)
                .min(2)
                .creators(1)
                .clock(clock)
                .validateAfterIdle(Duration.ofSeconds(1))
                .open();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        clock.advance(Duration.ofSeconds(1));
        pool.acquire(LONG).close();
        assertThat(factory.validations).hasValue(1);
        letGo.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void oneHangingCreationDoesNotKeepLaterWaitersFromTheirOwn() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(2).clock(clock).open();
        Future<Lease<Thing>> first = waiter(pool, Duration.ofSeconds(1));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failure(first)).isInstanceOf(AcquireTimeoutException.class);
        pool.acquire(LONG).close(); // made by a second creation
        assertThat(factory.calls).hasValue(2);
        letGo.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void oneHangingCreationDoesNotKeepWaitersFromTheirOwnAfterAnInterrupt() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(2).open();
        waiter(pool).cancel(true);
        awaitWaiting(pool, 0);
        pool.acquire(LONG).close(); // made by a second creation
        assertThat(factory.calls).hasValue(2);
        letGo.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void oneHangingCreationDoesNotKeepTriesFromTheirOwn() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool =
                things(2).clock(clock).acquireTimeout(Duration.ofSeconds(3)).open();
        assertThat(pool.tryAcquire()).isEmpty();
        clock.advance(Duration.ofMillis(2_999));
        assertThat(pool.tryAcquire()).isEmpty();
        assertThat(pool.state().creating()).isEqualTo(1); // it may come yet
        clock.advance(Duration.ofMillis(1));
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        pool.tryAcquire().orElseThrow().close();
        letGo.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void oneHangingValidationDoesNotKeepTriesFromTheirOwn() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool =
                things(2).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        takeFullCapacityAgain(pool, 2);
        clock.advance(Duration.ofSeconds(1));
        factory.nextValidate(() -> {
            ThingFactory.await(letGo);
            return true;
        });
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(factory.validations).hasValue(1));
        clock.advance(Duration.ofSeconds(10));
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(factory.validations).hasValue(2));
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        pool.tryAcquire().orElseThrow().close();
        letGo.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test // go 37852
    void waiterThatLeavesAtTheHeadDoesNotLeaveItsFollowersAsleep() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = things(1).clock(clock).open();
        Lease<Thing> lease = pool.acquire();
        Future<Lease<Thing>> head = waiter(pool, Duration.ofSeconds(1));
        Future<Lease<Thing>> follower = waiter(pool, Duration.ofSeconds(100));
        clock.awaitWaiters(2, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failure(head)).isInstanceOf(AcquireTimeoutException.class);
        lease.close();
        result(follower).close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // HikariCP: the waiter was still there 7.7 s after the close
    void closeWakesAllWaitersAtOnce() throws Exception {
        ResourcePool<Thing> pool = things(1).clock(new ManualClock()).open();
        Lease<Thing> lease = pool.acquire();
        List<Future<Lease<Thing>>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiters.add(waiter(pool));
        }
        pool.close();
        for (Future<Lease<Thing>> waiter : waiters) {
            assertThat(failure(waiter)).isInstanceOf(PoolClosedException.class).hasMessageContaining("things");
        }
        lease.close();
        closeAndBalance(pool);
    }

    @Test // POOL-418, 420
    void deadlineIsNotOverrunByTheFactory() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(1).clock(clock).open();
        Future<Lease<Thing>> waiter = waiter(pool, Duration.ofSeconds(1));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failure(waiter)).isInstanceOf(AcquireTimeoutException.class); // the factory hangs on
        letGo.countDown();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // POOL-418, 420
    void deadlineIsNotOverrunByValidation() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        pool.acquire().close();
        clock.advance(Duration.ofSeconds(1));
        factory.nextValidate(() -> {
            ThingFactory.await(letGo);
            return true;
        });
        Future<Lease<Thing>> waiter = waiter(pool, Duration.ofSeconds(1));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1));
        assertThat(failure(waiter)).isInstanceOf(AcquireTimeoutException.class);
        letGo.countDown();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // 20 waiters on a 50 ms factory took 1.5 s
    void creationsRunConcurrently() throws Exception {
        int creators = 5;
        CyclicBarrier allCreatorsAtOnce = new CyclicBarrier(creators);
        Callable<Thing> onlyTogether = () -> {
            allCreatorsAtOnce.await(30, TimeUnit.SECONDS);
            return factory.make();
        };
        for (int i = 0; i < 20; i++) {
            factory.nextCreate(onlyTogether);
        }
        ResourcePool<Thing> pool = things(20).creators(creators).open();
        List<Future<Lease<Thing>>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(call(() -> pool.acquire(LONG)));
        }
        List<Lease<Thing>> leases = new ArrayList<>();
        for (Future<Lease<Thing>> waiter : waiters) {
            leases.add(result(waiter)); // none is given back, so that all twenty have to be made
        }
        leases.forEach(Lease::close);
        takeFullCapacityAgain(pool, 20);
        closeAndBalance(pool);
    }

    /** All of them are planned in one step: each must be started, not only the first. */
    @Test
    void creationsForTheMinimumRunConcurrently() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        ResourcePool<Object> pool = ResourcePool.<Object>builder("warmed")
                .create(() -> {
                    together.await();
                    return new Object();
                })
                .max(2)
                .min(2)
                .creators(2)
                .openWarm(Duration.ofSeconds(20));
        assertThat(pool.report().idle()).isEqualTo(2);
        pool.close();
    }

    @Test
    void noMoreCreationsAtATimeThanCreators() throws Exception {
        int creators = 2;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Callable<Thing> counted = () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thing thing = factory.make();
            running.decrementAndGet();
            return thing;
        };
        for (int i = 0; i < 20; i++) {
            factory.nextCreate(counted);
        }
        ResourcePool<Thing> pool = things(20).min(20).creators(creators).open();
        pool.warm(LONG);
        assertThat(most.get()).isBetween(1, creators);
        takeFullCapacityAgain(pool, 20);
        closeAndBalance(pool);
    }

    @Test // HikariCP 2398
    void waitersOnVirtualThreadsLeaveTheCarriersToOthers() throws Exception {
        assumeThat(Runtime.version().feature())
                .as("virtual threads need JDK 21")
                .isGreaterThanOrEqualTo(21);
        int many = Math.max(64, 2 * Runtime.getRuntime().availableProcessors()); // more than there are carriers
        ThreadFactory virtual = NamedThreads.of(ThreadKind.VIRTUAL, "light");
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> lease = pool.acquire();
        List<FutureTask<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            FutureTask<Boolean> waiter = new FutureTask<>(() -> {
                pool.acquire(LONG).close();
                return true;
            });
            virtual.newThread(waiter).start();
            waiters.add(waiter);
        }
        awaitWaiting(pool, many);
        FutureTask<Boolean> giver = new FutureTask<>(lease::close, true);
        virtual.newThread(giver).start();
        assertThat(result(giver)).isTrue();
        for (FutureTask<Boolean> waiter : waiters) {
            assertThat(result(waiter)).isTrue();
        }
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test // HikariCP 835, 1305, 2398
    void waiterParksOnceAndDoesNotPoll() throws Exception {
        AtomicInteger waits = new AtomicInteger();
        ResourcePool<Thing> pool = things(1).clock(new CountingClock(waits)).open();
        Lease<Thing> lease = pool.acquire();
        int before = waits.get();
        Future<Lease<Thing>> waiter = waiter(pool);
        lease.close();
        result(waiter).close();
        assertThat(waits.get() - before).isEqualTo(1);
        closeAndBalance(pool);
    }
}
