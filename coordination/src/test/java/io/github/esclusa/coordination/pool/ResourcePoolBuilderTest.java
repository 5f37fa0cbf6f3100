// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ResourcePoolBuilderTest extends PoolTesting {

    private static void assertRefused(ResourcePoolBuilder<?> builder, String... parts) {
        assertThatThrownBy(builder::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void settingsOutOfRangeAreNamedWithTheirValueAndWhatIsAllowed() {
        assertRefused(things(0), "things", "max(0)", "at least 1");
        assertRefused(things(2).min(3), "min(3)", "max(2)");
        assertRefused(things(2).min(-1), "min(-1)", "between 0");
        assertRefused(things(2).creators(0), "creators(0)", "at least 1");
        assertRefused(things(2).acquireTimeout(Duration.ofSeconds(-1)), "acquireTimeout(PT-1S)", "tryAcquire()");
        assertRefused(things(2).closeTimeout(Duration.ofSeconds(-1)), "things", "closeTimeout(PT-1S)");
        assertRefused(things(2).validateAfterIdle(Duration.ofSeconds(-1)), "validateAfterIdle(PT-1S)");
        assertThatThrownBy(() -> ResourcePool.<Thing>builder(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name is blank");
        assertRefused(ResourcePool.<Thing>builder("things"), "things", "create(..)", "factory(..)");
        assertRefused(things(1).create(factory::make), "things", "choose one form");
        assertThat(factory.calls).hasValue(0);
    }

    @Test
    void lambdasMakeAFactory() throws InterruptedException {
        AtomicInteger validated = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        ResourcePool<Thing> pool = ResourcePool.<Thing>builder("things")
                .meterRegistry(null)
                .create(factory::make)
                .validate(thing -> validated.incrementAndGet() > 0)
                .destroy(thing -> ended.incrementAndGet())
                .validateAfterIdle(Duration.ZERO)
                .max(1)
                .open();
        pool.acquire().close();
        pool.acquire().close();
        pool.close();
        assertThat(validated).hasValue(1);
        assertThat(ended).hasValue(1);
    }

    @Test
    void whatCanBeClosedIsClosedByDefault() throws InterruptedException {
        AtomicInteger closed = new AtomicInteger();
        ResourcePool<AutoCloseable> pool = ResourcePool.<AutoCloseable>builder("closeables")
                .create(() -> closed::incrementAndGet)
                .open();
        pool.acquire().close();
        pool.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void openWarmIsRefusedWhereThereIsNothingToWarm() {
        assertThatThrownBy(() -> things(2).openWarm(LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("things", "openWarm(..)", "min(0)", "open()");
    }

    @Test
    void openWarmAnswersWhenTheMinimumIsThere() throws InterruptedException {
        ResourcePool<Thing> pool = things(5).min(3).openWarm(LONG);
        assertThat(pool.state().idle()).isEqualTo(3);
        takeFullCapacityAgain(pool, 5);
        closeAndBalance(pool);
    }

    @Test
    void openWarmFailsWithTheCauseAndLeavesNothingBehind() {
        factory.nextCreate(factory::make).nextCreate(() -> {
            throw new IllegalStateException("no database");
        });
        assertThatThrownBy(() -> things(5).min(3).creators(1).openWarm(LONG))
                .isInstanceOf(ResourceCreationException.class)
                .hasMessageContainingAll("things", "min(3)", "1 exist")
                .cause()
                .hasMessage("no database");
        assertThat(factory.destroyed).hasValue(1);
    }

    @Test
    void openWarmKnowsTheCauseThoughAnotherCreationSucceedsBeforeItLooks() {
        factory.nextCreate(() -> {
            throw new IllegalStateException("no database");
        });
        Queue<Runnable> later = new ArrayDeque<>();
        AtomicInteger tasks = new AtomicInteger();
        Executor twoAtOnce = task -> {
            if (tasks.getAndIncrement() < 2) {
                task.run();
            } else {
                later.add(task);
            }
        };
        assertThatThrownBy(() -> things(2)
                        .min(2)
                        .executor(twoAtOnce)
                        .closeTimeout(Duration.ZERO)
                        .openWarm(LONG))
                .isInstanceOf(ResourceCreationException.class)
                .hasMessageContainingAll("things", "min(2)", "a creation failed", "1 exist", "1 being created")
                .cause()
                .hasMessage("no database");
        while (!later.isEmpty()) {
            later.remove().run();
        }
        assertThat(factory.destroyed).hasValue(2);
    }

    @Test
    void openWarmFailsAtItsDeadline() throws Exception {
        ManualClock clock = new ManualClock();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        Future<ResourcePool<Thing>> opening =
                call(() -> things(5).min(1).clock(clock).openWarm(Duration.ofSeconds(2)));
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(2));
        assertThat(failure(opening))
                .isInstanceOf(ResourceCreationException.class)
                .hasMessageContainingAll("PT2S", "0 exist", "1 being created");
        letGo.countDown();
        eventually(() -> assertThat(factory.destroyed).hasValue(1));
    }

    @Test
    void interruptedOpenWarmClosesThePoolAgain() throws Exception {
        ManualClock clock = new ManualClock();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch letGo = new CountDownLatch(1);
        factory.nextCreate(factory.makeAfter(letGo));
        CompletableFuture<Thread> opener = new CompletableFuture<>();
        Future<ResourcePool<Thing>> opening = call(() -> {
            opener.complete(Thread.currentThread());
            return things(5).min(1).clock(clock).meterRegistry(registry).openWarm(LONG);
        });
        clock.awaitWaiters(1, LONG);
        opener.join().interrupt();
        assertThat(failure(opening)).isInstanceOf(InterruptedException.class);
        letGo.countDown();
        eventually(() -> assertThat(registry.getMeters()).isEmpty()); // terminated: its name is free
        assertThat(factory.destroyed).hasValue(1);
    }

    @Test
    void executorOfTheUsersOutlivesThePool() throws Exception {
        ExecutorService executor = Executors.newCachedThreadPool(NamedThreads.daemon("user"));
        ResourcePool<Thing> pool = things(2).executor(executor).open();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
        assertThat(executor.isShutdown()).isFalse();
        executor.submit(() -> {}).get();
        executor.shutdownNow();
    }

    @Test
    void processWithoutThreadsToSpareAnswersTheWaiterAndLosesNothing() throws InterruptedException {
        AtomicInteger refusals = new AtomicInteger(3);
        Executor scarce = job -> {
            if (refusals.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            Future<?> ignored = call(() -> {
                job.run();
                return true;
            });
        };
        ResourcePool<Thing> pool = things(2).executor(scarce).open();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(pool::acquire)
                    .isInstanceOf(ResourceCreationException.class)
                    .hasCauseInstanceOf(OutOfMemoryError.class);
        }
        takeFullCapacityAgain(pool, 2);
        refusals.set(1);
        pool.acquire().invalidate(); // destroyed by this thread, for want of another
        assertThat(factory.destroyed).hasValue(1);
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }
}
