// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.thread.NamedThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the pool's tests share: threads to call from, and the questions they all ask in the end. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class PoolTesting {

    static final Duration LONG = Duration.ofSeconds(30);

    ThingFactory factory = new ThingFactory();
    private final ExecutorService callers = Executors.newCachedThreadPool(NamedThreads.daemon("caller"));

    @AfterEach
    void stopCallers() {
        callers.shutdownNow();
    }

    ResourcePoolBuilder<Thing> things(int max) {
        return ResourcePool.<Thing>builder("things").factory(factory).max(max);
    }

    <V> Future<V> call(Callable<V> task) {
        return callers.submit(task);
    }

    /** A thread that acquires, waiting in the queue by the time this returns. */
    Future<Lease<Thing>> waiter(ResourcePool<Thing> pool) {
        return waiter(pool, LONG);
    }

    Future<Lease<Thing>> waiter(ResourcePool<Thing> pool, Duration timeout) {
        int before = pool.state().waiting();
        Future<Lease<Thing>> waiter = call(() -> pool.acquire(timeout));
        awaitWaiting(pool, before + 1);
        return waiter;
    }

    static void awaitWaiting(ResourcePool<Thing> pool, int count) {
        eventually(() -> assertThat(pool.state().waiting()).isEqualTo(count));
    }

    static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(LONG)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .untilAsserted(assertion);
    }

    static <V> V result(Future<V> future) throws InterruptedException, TimeoutException {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("it should have succeeded", e.getCause());
        }
    }

    static Throwable failure(Future<?> future) throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("it should have failed, but answered " + future.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return cause == null ? e : cause;
        }
    }

    /** Takes all the pool may lend, checks that these are different things and that there is no more, gives them back. */
    void takeFullCapacityAgain(ResourcePool<Thing> pool, int max) throws InterruptedException {
        List<Lease<Thing>> leases = new ArrayList<>();
        for (int i = 0; i < max; i++) {
            leases.add(pool.acquire(LONG));
        }
        assertThat(leases.stream().map(Lease::get).collect(Collectors.toSet()))
                .hasSize(max)
                .allMatch(thing -> thing.destructions.get() == 0);
        assertThat(pool.tryAcquire()).isEmpty();
        leases.forEach(Lease::close);
        assertThat(pool.state().active()).isZero();
        assertThat(factory.mostExisting.get()).isLessThanOrEqualTo(max);
        assertThat(pool.report().balanced()).isTrue();
    }

    /** Closes the pool and checks that the factory's books agree with the pool's. */
    void closeAndBalance(ResourcePool<Thing> pool) throws InterruptedException {
        PoolReport report = pool.shutdown(LONG);
        assertThat(report.terminated()).as(report.toString()).isTrue();
        assertThat(report.balanced()).isTrue();
        assertThat(report.created()).isEqualTo(report.destroyed()).isEqualTo(factory.made.size());
        assertThat(factory.made).allMatch(thing -> thing.destructions.get() == 1);
    }
}
