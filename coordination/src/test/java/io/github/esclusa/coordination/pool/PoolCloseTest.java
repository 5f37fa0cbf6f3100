// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PoolCloseTest extends PoolTesting {

    @Test
    void closeDestroysWhatIsIdleAndIsIdempotent() throws InterruptedException {
        ResourcePool<Thing> pool = things(3).min(3).open();
        pool.warm(LONG);
        pool.close();
        assertThat(factory.destroyed).hasValue(3);
        assertThat(pool.report().terminated()).isTrue();
        pool.close();
        assertThat(factory.destroyed).hasValue(3);
        assertThatThrownBy(pool::acquire).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(pool::tryAcquire).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> pool.warm(LONG)).isInstanceOf(PoolClosedException.class);
        closeAndBalance(pool);
    }

    @Test
    void leaseClosedAfterThePoolIsDestroyed() throws InterruptedException {
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> lease = pool.acquire();
        Thing thing = lease.get();
        pool.close();
        assertThat(thing.destructions).hasValue(0);
        assertThat(lease.get()).isSameAs(thing); // its holder may finish
        lease.close();
        closeAndBalance(pool);
        assertThat(thing.destructions).hasValue(1);
    }

    @Test // POOL-189, 263: close racing create
    void creationThatEndsAfterCloseIsDestroyed() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        ResourcePool<Thing> pool = things(1).open();
        Future<Lease<Thing>> waiter = waiter(pool);
        pool.close();
        assertThat(failure(waiter)).isInstanceOf(PoolClosedException.class);
        assertThat(pool.report().terminated()).isFalse();
        letGo.countDown();
        closeAndBalance(pool);
        assertThat(factory.made).hasSize(1);
    }

    @Test
    void creationThatFailsAfterCloseEndsThePool() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(() -> {
            ThingFactory.await(letGo);
            throw new IllegalStateException("too late");
        });
        ResourcePool<Thing> pool = things(1).min(1).open();
        pool.close();
        letGo.countDown();
        closeAndBalance(pool);
    }

    @Test
    void validationThatEndsAfterCloseIsFollowedByDestruction() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool =
                things(1).clock(clock).validateAfterIdle(Duration.ZERO).open();
        pool.acquire().close();
        factory.nextValidate(() -> {
            ThingFactory.await(letGo);
            return true;
        });
        Future<Lease<Thing>> waiter = waiter(pool);
        pool.close();
        assertThat(failure(waiter)).isInstanceOf(PoolClosedException.class);
        letGo.countDown();
        closeAndBalance(pool);
    }

    @Test
    void shutdownWaitsForLeases() throws Exception {
        ResourcePool<Thing> pool = things(2).clock(new ManualClock()).open();
        Lease<Thing> lease = pool.acquire();
        Future<PoolReport> shutdown = call(() -> pool.shutdown(LONG));
        eventually(() -> assertThatThrownBy(pool::tryAcquire).isInstanceOf(PoolClosedException.class));
        assertThat(shutdown).isNotDone();
        lease.close();
        assertThat(result(shutdown).terminated()).isTrue();
        closeAndBalance(pool);
    }

    @Test
    void shutdownGivesUpAtItsDeadlineAndNamesTheHolders() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = things(2).clock(clock).open();
        Lease<Thing> lease = result(call(() -> {
            Thread.currentThread().setName("slow holder");
            return pool.acquire();
        }));
        Future<PoolReport> shutdown = call(() -> pool.shutdown(Duration.ofSeconds(3)));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(3));
        PoolReport report = result(shutdown);
        assertThat(report.terminated()).isFalse();
        assertThat(report.balanced()).isTrue();
        assertThat(report.stillLeased())
                .containsExactly(new PoolReport.HeldLease("slow holder", Duration.ofSeconds(3)));
        lease.close();
        closeAndBalance(pool);
    }

    @Test
    void aLeaseThatNobodyHadTimedIsHeldAtLeastAsLongAsShutdownWaited() throws Exception {
        ManualClock clock = new ManualClock();
        ResourcePool<Thing> pool = ResourcePool.<Thing>builder("things")
                .create(factory::make)
                .clock(clock)
                .open();
        pool.acquire().close();
        Lease<Thing> lease = pool.acquire(); // idle: no clock is read
        clock.advance(Duration.ofSeconds(1));
        Future<PoolReport> shutdown = call(() -> pool.shutdown(Duration.ofSeconds(3)));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(3));
        assertThat(result(shutdown).stillLeased())
                .containsExactly(new PoolReport.HeldLease(Thread.currentThread().getName(), Duration.ofSeconds(3)));
        lease.close();
        assertThat(pool.shutdown(LONG).terminated()).isTrue();
    }

    @Test
    void shutdownIsNotHeldUpByADestructionThatHangs() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextDestroy(() -> {
            ThingFactory.await(letGo);
            return "done";
        });
        ResourcePool<Thing> pool = things(1).clock(clock).open();
        pool.acquire().close();
        Future<PoolReport> shutdown = call(() -> pool.shutdown(Duration.ofSeconds(3)));
        clock.awaitWaiters(1, LONG);
        eventually(() -> assertThat(pool.report().inFactory()).hasSize(1));
        clock.advance(Duration.ofSeconds(3));
        PoolReport report = result(shutdown);
        assertThat(report.terminated()).isFalse();
        assertThat(report.destroying()).isEqualTo(1);
        assertThat(report.balanced()).isTrue();
        assertThat(report.inFactory())
                .singleElement()
                .asString()
                .contains("things-pool-", "ThingFactory.await(ThingFactory.java");
        assertThat(report).asString().contains("1 being destroyed", "in the factory [things-pool-");
        letGo.countDown();
        closeAndBalance(pool);
    }

    @Test
    void closeGivesUpOnADestructionThatHangs() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextDestroy(() -> {
            ThingFactory.await(letGo);
            return "done";
        });
        ResourcePool<Thing> pool =
                things(2).min(2).closeTimeout(Duration.ofMillis(50)).openWarm(LONG);
        result(call(() -> {
            pool.close();
            return true;
        }));
        assertThat(pool.report().destroying()).isPositive();
        eventually(() -> assertThat(factory.destroyed).hasValue(1)); // the other does not wait behind it
        letGo.countDown();
        pool.close(LONG);
        assertThat(pool.report().terminated()).isTrue();
        closeAndBalance(pool);
    }

    @Test
    void holderThatShutsDownIsNamedInItsReportAndCloseDoesNotWaitForIt() throws InterruptedException {
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> lease = pool.acquire();
        pool.close();
        assertThat(pool.shutdown(Duration.ZERO).stillLeased())
                .extracting(PoolReport.HeldLease::thread)
                .containsExactly(Thread.currentThread().getName());
        lease.close();
        closeAndBalance(pool);
    }

    /** It would wait for its own end. */
    @Test
    void closeOutOfTheFactoryDoesNotWait() throws Exception {
        CompletableFuture<ResourcePool<Thing>> opened = new CompletableFuture<>();
        factory.nextDestroy(() -> {
            opened.get().close(LONG);
            return "done";
        });
        ResourcePool<Thing> pool = things(1).min(1).openWarm(LONG);
        opened.complete(pool);
        pool.close(Duration.ofSeconds(20));
        assertThat(pool.report().terminated()).isTrue();
        closeAndBalance(pool);
    }

    @Test
    void reportTellsWhatTheFactoryIsAt() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        ResourcePool<Thing> pool =
                things(3).clock(clock).validateAfterIdle(Duration.ofSeconds(1)).open();
        Lease<Thing> one = pool.acquire();
        pool.acquire().close();
        clock.advance(Duration.ofSeconds(1));
        factory.nextDestroy(() -> {
            ThingFactory.await(letGo);
            return "done";
        });
        factory.nextValidate(() -> {
            ThingFactory.await(letGo);
            return true;
        });
        factory.nextCreate(factory.makeAfter(letGo));
        one.invalidate();
        Future<Lease<Thing>> waiter = waiter(pool);
        Future<Lease<Thing>> other = waiter(pool);
        eventually(() -> assertThat(pool.report().inFactory()).hasSize(3));
        PoolReport report = pool.report();
        assertThat(List.of(report.creating(), report.validating(), report.destroying(), report.busy()))
                .containsExactly(1, 1, 1, 2);
        assertThat(report.balanced()).isTrue();
        assertThat(pool).asString().contains("1 being created, 1 being validated, 1 being destroyed, 0 on lease");
        letGo.countDown();
        result(waiter).close();
        result(other).close();
        eventually(() -> assertThat(pool.report().inFactory()).isEmpty());
        takeFullCapacityAgain(pool, 3);
        closeAndBalance(pool);
    }

    @Test
    void interruptedShutdownLeavesThePoolClosedAndEnding() throws Exception {
        ResourcePool<Thing> pool = things(1).open();
        Lease<Thing> lease = pool.acquire();
        assertThat(failure(call(() -> {
                    Thread.currentThread().interrupt();
                    return pool.shutdown(LONG);
                })))
                .isInstanceOf(InterruptedException.class);
        assertThatThrownBy(pool::acquire).isInstanceOf(PoolClosedException.class);
        lease.close();
        closeAndBalance(pool);
    }

    @Test
    void destructionThatThrowsIsCountedAndHoldsNothingUp() throws InterruptedException {
        ResourcePool<Thing> pool = things(2).open();
        factory.nextDestroy(() -> {
            throw new AssertionError("an Error of the destroyer's");
        });
        pool.acquire().invalidate();
        eventually(() -> assertThat(pool.report().destroyFailures()).isEqualTo(1));
        takeFullCapacityAgain(pool, 2);
        factory.nextDestroy(() -> {
            throw new Exception("trouble");
        });
        closeAndBalance(pool);
        assertThat(pool.report().destroyFailures()).isEqualTo(2);
    }

    @Test // stormpot 22, 63, 100, 135: close racing acquire and release
    void closeRacingAcquireAndReleaseLosesNothing() throws Exception {
        for (int round = 0; round < 150; round++) {
            factory = new ThingFactory();
            ResourcePool<Thing> pool = things(2).open();
            CyclicBarrier together = new CyclicBarrier(4);
            List<Future<Integer>> users = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                users.add(call(() -> {
                    together.await();
                    int leases = 0;
                    try {
                        while (true) {
                            try (Lease<Thing> lease = pool.acquire(LONG)) {
                                assertThat(lease.get().use()).isTrue();
                                leases++;
                            }
                        }
                    } catch (PoolClosedException e) {
                        return leases;
                    }
                }));
            }
            together.await();
            pool.close();
            for (Future<Integer> user : users) {
                assertThat(result(user)).isNotNegative();
            }
            closeAndBalance(pool);
        }
    }

    /** Measured on the machine's clock: the pool's own stands still here, and could as well throw. */
    @Test
    void aSecondCloserGivesUpOnARegistryThatDoesNotComeBack() throws Exception {
        CountDownLatch removing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        MeterRegistry stuck = new SimpleMeterRegistry() {
            @Override
            public @Nullable Meter remove(Meter meter) {
                removing.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("nobody interrupts it", e);
                }
                return super.remove(meter);
            }
        };
        ResourcePool<Thing> pool =
                things(1).clock(new ManualClock()).meterRegistry(stuck).open();
        Future<Boolean> first = call(() -> {
            pool.close();
            return true;
        });
        removing.await();
        pool.close(Duration.ofMillis(50));
        assertThat(first.isDone()).isFalse();
        go.countDown();
        assertThat(result(first)).isTrue();
        assertThat(pool.report().terminated()).isTrue();
    }
}
