// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ResourcePoolTest extends PoolTesting {

    @Test
    void lendsTheOneUsedLastAgain() throws InterruptedException {
        ResourcePool<Thing> pool = things(2).open();
        Thing first;
        try (Lease<Thing> lease = pool.acquire();
                Lease<Thing> other = pool.acquire()) {
            first = lease.get();
            assertThat(other.get()).isNotSameAs(first);
        }
        try (Lease<Thing> lease = pool.acquire()) {
            assertThat(lease.get()).isSameAs(first);
        }
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void servesWaitersInOrderOfArrival() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> lease = pool.acquire();
        List<Future<Lease<Thing>>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiters.add(waiter(pool));
        }
        for (int i = 0; i < 4; i++) {
            lease.close();
            lease = result(waiters.get(i));
            assertThat(waiters.stream().filter(Future::isDone)).hasSize(i + 1);
        }
        lease.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void newcomerDoesNotOvertakeAWaiter() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ResourcePool<Thing> pool = things(2).open();
        Lease<Thing> lease = pool.acquire();
        factory.nextCreate(factory.makeAfter(never));
        Future<Lease<Thing>> waiter = waiter(pool);

        assertThat(pool.tryAcquire()).isEmpty();
        lease.close();
        result(waiter).close();
        never.countDown();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void refusedTrySetsACreationInMotionAndNoMoreThanOne() throws InterruptedException {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(3).open();

        assertThat(pool.tryAcquire()).isEmpty();
        assertThat(pool.tryAcquire()).isEmpty();
        assertThat(pool.state().creating()).isEqualTo(1);
        letGo.countDown();
        eventually(() -> {
            Optional<Lease<Thing>> lease = pool.tryAcquire();
            assertThat(lease).isPresent();
            lease.orElseThrow().close();
        });
        assertThat(factory.calls).hasValue(1);
        takeFullCapacityAgain(pool, 3);
        closeAndBalance(pool);
    }

    @Test
    void zeroTimeoutAnswersAtOnce() throws InterruptedException {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(1).clock(new ManualClock()).open();
        assertThatThrownBy(() -> pool.acquire(Duration.ZERO)).isInstanceOf(AcquireTimeoutException.class);
        assertThatThrownBy(() -> pool.acquire(Duration.ofSeconds(-1))).isInstanceOf(AcquireTimeoutException.class);
        letGo.countDown();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void hugeTimeoutIsAWaitAndNotAMomentInThePast() throws Exception {
        ResourcePool<Thing> pool =
                things(1).clock(new ManualClock(Long.MAX_VALUE - 5)).open();
        Lease<Thing> lease = pool.acquire(Duration.ofSeconds(Long.MAX_VALUE));
        Future<Lease<Thing>> waiter = waiter(pool, Duration.ofSeconds(Long.MAX_VALUE));
        lease.close();
        result(waiter).close();
        closeAndBalance(pool);
    }

    @Test
    void timeoutSaysWhatThePoolLookedLike() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = things(1).clock(clock).open();
        Lease<Thing> lease = pool.acquire();
        Future<Lease<Thing>> waiter = waiter(pool, Duration.ofSeconds(2));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(2));
        assertThat(failure(waiter))
                .isInstanceOf(AcquireTimeoutException.class)
                .hasMessageContainingAll("'things'", "PT2S", "1 of at most 1 in use", "0 being created", "0 other")
                .extracting(e -> ((PoolException) e).pool())
                .isEqualTo("things");
        lease.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void keepsTheMinimum() throws InterruptedException {
        ResourcePool<Thing> pool = things(4).min(2).open();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(2));
        pool.acquire().invalidate();
        eventually(() -> {
            assertThat(factory.made).hasSize(3);
            assertThat(pool.state().idle()).isEqualTo(2);
        });
        takeFullCapacityAgain(pool, 4);
        closeAndBalance(pool);
    }

    @Test
    void failedUpkeepIsTriedAgainOnceASecondAndNotBefore() throws InterruptedException {
        ManualClock clock = new ManualClock();
        factory.nextCreate(factory::make).nextCreate(() -> {
            throw new IllegalStateException("down");
        });
        ResourcePool<Thing> pool = things(3).min(2).clock(clock).creators(1).open();
        eventually(() -> assertThat(pool.state().lastFailure()).hasMessage("down"));
        clock.advance(Duration.ofMillis(999));
        pool.acquire().close();
        assertThat(factory.calls).hasValue(2);
        clock.advance(Duration.ofMillis(1));
        pool.acquire().close();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(2));
        assertThat(factory.calls).hasValue(3);
        takeFullCapacityAgain(pool, 3);
        closeAndBalance(pool);
    }

    @Test
    void validatesWhatLayIdleLongEnoughAndNothingElse() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        pool.acquire().close();
        clock.advance(Duration.ofMillis(999));
        pool.acquire().close();
        assertThat(factory.validations).hasValue(0);
        clock.advance(Duration.ofSeconds(1));
        pool.acquire().close();
        assertThat(factory.validations).hasValue(1);
        assertThat(factory.made).hasSize(1);
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void refusedTryValidatesSoThatALaterOneSucceeds() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        pool.acquire().close();
        clock.advance(Duration.ofSeconds(1));
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        Lease<Thing> lease = pool.tryAcquire().orElseThrow();
        assertThat(factory.made).hasSize(1);
        lease.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void tryEndsInALeaseHoweverSoonAResourceGoesStale() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ZERO).open();
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        clock.advance(Duration.ofSeconds(5));
        pool.tryAcquire().orElseThrow().close(); // newly created
        clock.advance(Duration.ofSeconds(5));
        assertThat(pool.tryAcquire()).isEmpty(); // for it has been used
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        clock.advance(Duration.ofSeconds(5));
        pool.tryAcquire().orElseThrow().close();
        assertThat(factory.validations).hasValue(1);
        assertThat(factory.calls).hasValue(1);
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void acquireWithoutTimeEndsInALeaseHoweverSoonAResourceGoesStale() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ZERO).open();
        pool.acquire().close();
        clock.advance(Duration.ofSeconds(5));
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextValidate(() -> {
            ThingFactory.await(letGo);
            return true;
        });
        assertThatThrownBy(() -> pool.acquire(Duration.ZERO)).isInstanceOf(AcquireTimeoutException.class);
        letGo.countDown();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        clock.advance(Duration.ofSeconds(5));
        pool.acquire(Duration.ZERO).close();
        assertThat(factory.validations).hasValue(1);
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void validationForATryIsGoodForAWhileAndForNobodyWhoCanWait() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        pool.acquire().close();
        clock.advance(Duration.ofSeconds(1));
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        clock.advance(Duration.ofSeconds(1));
        pool.acquire(LONG).close();
        assertThat(factory.validations).hasValue(2);
        clock.advance(Duration.ofSeconds(1));
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        clock.advance(Duration.ofSeconds(10));
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(factory.validations).hasValue(4));
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    /** Another lease comes and goes all the time, and lies on top whenever the try looks. */
    @Test
    void tryFindsWhatWasValidatedBelowWhatWasUsedSince() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(2).clock(clock).validateAfterIdle(Duration.ZERO).open();
        Lease<Thing> other = pool.acquire();
        pool.acquire().close();
        assertThat(pool.tryAcquire()).isEmpty();
        eventually(() -> assertThat(pool.state().idle()).isEqualTo(1));
        Thing used = other.get();
        other.close();
        Lease<Thing> lease = pool.tryAcquire().orElseThrow();
        assertThat(lease.get()).isNotSameAs(used);
        lease.close();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void tryTakesNoNoticeOfAnInterrupt() throws InterruptedException {
        ResourcePool<Thing> pool = things(1).open();
        pool.acquire().close();
        Thread.currentThread().interrupt();
        Lease<Thing> lease = pool.tryAcquire().orElseThrow();
        assertThat(pool.tryAcquire()).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
        lease.close();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void reportNamesHoldersAndSinceWhen() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = things(2).clock(clock).open();
        Lease<Thing> first = result(call(() -> {
            Thread.currentThread().setName("leaky");
            return pool.acquire();
        }));
        clock.advance(Duration.ofSeconds(5));
        Lease<Thing> second = pool.acquire();
        assertThat(pool.report().stillLeased())
                .extracting(PoolReport.HeldLease::thread)
                .containsExactly("leaky", Thread.currentThread().getName());
        assertThat(pool.report().stillLeased().get(0).heldAtLeast()).isEqualTo(Duration.ofSeconds(5));
        assertThat(pool).asString().contains("things", "leaky", "PT5S");
        assertThat(first).asString().contains("things", "leaky");
        first.close();
        second.close();
        assertThat(first).asString().contains("closed");
        closeAndBalance(pool);
    }

    @Test
    void leaseTakenWithoutAClockReadIsTimedFromTheFirstThatWaits() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = ResourcePool.<Thing>builder("things")
                .create(factory::make)
                .max(1)
                .clock(clock)
                .open();
        pool.acquire().close();
        Lease<Thing> lease = pool.acquire(); // idle: no clock is read
        clock.advance(Duration.ofSeconds(1));
        Future<Lease<Thing>> waiter = waiter(pool);
        clock.advance(Duration.ofSeconds(2));
        assertThat(pool.report().stillLeased())
                .containsExactly(new PoolReport.HeldLease(Thread.currentThread().getName(), Duration.ofSeconds(2)));
        lease.close();
        result(waiter).close();
        pool.close();
    }

    @Test
    void userCodeIsCalledOutsideTheLock() throws InterruptedException {
        CompletableFuture<ResourcePool<Thing>> opened = new CompletableFuture<>();
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ZERO).open();
        opened.complete(pool);
        // Each asks the pool from another thread: that would wait for ever, were the lock held here.
        factory.nextCreate(() -> {
            result(call(pool::report));
            return factory.make();
        });
        factory.nextValidate(() -> {
            result(call(pool::report));
            return false;
        });
        factory.nextDestroy(() -> result(call(pool::report)));
        pool.acquire().close();
        pool.acquire().close();
        assertThat(factory.made).hasSize(2);
        assertThat(factory.destroyed).hasValue(1);
        closeAndBalance(pool);
    }

    @Test
    void whatAHolderDidIsSeenByTheNext() throws Exception {
        ResourcePool<int[]> pool = ResourcePool.<int[]>builder("counters")
                .create(() -> new int[1])
                .max(1)
                .open();
        int threads = 4;
        int rounds = 2_000;
        List<Future<Boolean>> runs = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            runs.add(call(() -> {
                for (int i = 0; i < rounds; i++) {
                    try (Lease<int[]> lease = pool.acquire(LONG)) {
                        lease.get()[0]++;
                    }
                }
                return true;
            }));
        }
        for (Future<Boolean> run : runs) {
            assertThat(result(run)).isTrue();
        }
        try (Lease<int[]> lease = pool.acquire()) {
            assertThat(lease.get()[0]).isEqualTo(threads * rounds);
        }
        pool.close();
    }

    @Test
    void factoryThreadsAreNamedDaemonsAndGoWithThePool() throws Exception {
        CompletableFuture<Thread> creator = new CompletableFuture<>();
        factory.nextCreate(() -> {
            creator.complete(Thread.currentThread());
            return factory.make();
        });
        ResourcePool<Thing> pool = things(1).open();
        pool.acquire().close();
        Thread thread = creator.get(30, TimeUnit.SECONDS);
        assertThat(thread.getName()).startsWith("things-pool-");
        assertThat(thread.isDaemon()).isTrue();
        closeAndBalance(pool);
        thread.join(30_000);
        assertThat(thread.isAlive()).isFalse();
    }
}
