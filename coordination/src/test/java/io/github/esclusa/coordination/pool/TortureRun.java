// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One random pool, mistreated by random users: short and long waits, interrupts, double closes, broken leases, a factory
 * that fails at everything, and perhaps a close in the middle. What must hold is checked against the books of the users
 * and of the factory, not against the pool's own.
 */
final class TortureRun {

    /** A wait that long has been forgotten by the pool: nothing here takes more than a few milliseconds. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(10);

    private final SplittableRandom random;
    private final int users;
    private final int max;
    private final boolean interrupts;
    private final boolean closedInTheMiddle;
    private final String description;

    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final ExecutorService executor;
    private final TortureExecutor workers;
    private final TortureFactory factory;
    private final ResourcePool<Thing> pool;

    private final AtomicInteger inUse = new AtomicInteger();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private volatile boolean closing;

    TortureRun(long seed, ExecutorService threads) {
        this.executor = threads;
        random = new SplittableRandom(seed);
        users = 1 + random.nextInt(6);
        max = 1 + random.nextInt(4);
        int min = random.nextInt(max + 1);
        int creators = 1 + random.nextInt(3);
        int trouble = new int[] {0, 0, 5, 40}[random.nextInt(4)];
        int slowest = new int[] {0, 20_000, 500_000}[random.nextInt(3)];
        Duration validateAfter = random.nextBoolean() ? Duration.ZERO : Duration.ofHours(1);
        interrupts = random.nextInt(3) == 0;
        closedInTheMiddle = random.nextBoolean();
        int treason = new int[] {0, 0, 10}[random.nextInt(3)];
        description = "seed " + seed + ": " + users + " users, max " + max + ", min " + min + ", " + creators
                + " creators, trouble " + trouble + "%, calls up to " + slowest + " ns, validated after "
                + validateAfter + ", executor throws in " + treason + "%" + (interrupts ? ", interrupts" : "")
                + (closedInTheMiddle ? ", closed in the middle" : "");
        factory = new TortureFactory(seed, max, trouble, slowest, problems);
        workers = new TortureExecutor(seed, threads, treason);
        ResourcePoolBuilder<Thing> builder = ResourcePool.<Thing>builder("tortured")
                .factory(factory)
                .max(max)
                .min(min)
                .creators(creators)
                .validateAfterIdle(validateAfter);
        pool = (treason > 0 ? builder.executor(workers) : builder).open();
    }

    /** Runs it, and fails with all that went wrong. */
    void run() throws InterruptedException {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < users; i++) {
            SplittableRandom mine = random.split();
            running.add(executor.submit(() -> user(mine)));
        }
        if (interrupts) {
            interruptSome();
        }
        if (closedInTheMiddle) {
            LockSupport.parkNanos(random.nextInt(3_000_000));
            closing = true;
            pool.close();
        }
        for (Future<?> user : running) {
            join(user);
        }
        if (problems.isEmpty()) {
            inspect();
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(description + "\n  " + String.join("\n  ", problems));
        }
    }

    private void user(SplittableRandom mine) {
        threads.add(Thread.currentThread());
        Lease<Thing> stale = null;
        int rounds = closedInTheMiddle ? Integer.MAX_VALUE : 30;
        for (int i = 0; i < rounds; i++) {
            try {
                Lease<Thing> lease = acquire(mine);
                if (lease != null) {
                    use(lease, mine);
                    end(lease, mine);
                    if (stale != null && mine.nextInt(4) == 0) {
                        stale.close(); // by now its resource is somebody else's
                        stale.invalidate();
                    }
                    stale = lease;
                }
            } catch (PoolClosedException e) {
                check(closing, "told that the pool is closed, and it is not");
                return;
            } catch (InterruptedException e) {
                check(interrupts, "interrupted by nobody");
            } catch (ResourceCreationException e) {
                check(e.getCause() != null, "a failure without its cause");
            }
        }
    }

    private @Nullable Lease<Thing> acquire(SplittableRandom mine) throws InterruptedException {
        int way = mine.nextInt(10);
        if (way == 0) {
            return pool.tryAcquire().orElse(null);
        }
        Duration timeout = way > 5 ? FORGOTTEN : Duration.ofNanos(mine.nextInt(way * 100_000));
        try {
            return pool.acquire(timeout);
        } catch (AcquireTimeoutException e) {
            check(way <= 5, "a waiter was forgotten: " + e.getMessage() + "; " + pool);
            return null;
        }
    }

    private void use(Lease<Thing> lease, SplittableRandom mine) {
        int now = inUse.incrementAndGet();
        check(now <= max, now + " in use, max is " + max);
        Thing thing = lease.get();
        check(thing.valid, thing + " was lent though it had failed its validation");
        check(thing.use(), thing + " has two users, or was lent after its end");
        if (mine.nextInt(4) == 0) {
            LockSupport.parkNanos(mine.nextInt(100_000));
        }
        check(thing.use(), thing + " has two users, or was destroyed while lent");
        inUse.decrementAndGet();
    }

    private static void end(Lease<Thing> lease, SplittableRandom mine) {
        int way = mine.nextInt(8);
        if (way == 0) {
            lease.invalidate();
        }
        lease.close();
        if (way <= 2) {
            lease.close();
        }
    }

    private void interruptSome() {
        for (int i = 0; i < 50; i++) {
            LockSupport.parkNanos(random.nextInt(60_000));
            int which = random.nextInt(users);
            threads.stream().skip(which).findFirst().ifPresent(Thread::interrupt);
        }
    }

    private void join(Future<?> user) throws InterruptedException {
        try {
            user.get(); // under the watchdog of the whole run
        } catch (ExecutionException e) {
            problems.add("a user met with " + e.getCause());
        }
    }

    /** All users have gone: the whole capacity is there again, and at the end nothing is left. */
    private void inspect() throws InterruptedException {
        factory.calm();
        workers.calm();
        if (!closedInTheMiddle) {
            takeFullCapacityAgain();
        }
        PoolReport report = pool.shutdown(FORGOTTEN);
        check(report.terminated(), "not terminated: " + report);
        check(report.balanced(), "not balanced: " + report);
        check(report.created() == factory.made.size(), "the factory made " + factory.made.size() + ": " + report);
        check(report.destroyed() == report.created(), "not all destroyed: " + report);
        for (Thing thing : factory.made) {
            check(thing.destructions.get() == 1, thing + " was destroyed " + thing.destructions.get() + " times");
        }
    }

    private void takeFullCapacityAgain() throws InterruptedException {
        List<Lease<Thing>> leases = new ArrayList<>();
        Set<Thing> things = new HashSet<>();
        while (leases.size() < max && problems.isEmpty()) {
            try {
                Lease<Thing> lease = pool.acquire(FORGOTTEN);
                leases.add(lease);
                things.add(lease.get());
            } catch (ResourceCreationException e) {
                // A creation that had gone wrong before the factory calmed down.
            } catch (AcquireTimeoutException e) {
                problems.add("capacity lost: only " + leases.size() + " of " + max + " could be had: " + pool);
            }
        }
        check(things.size() == leases.size(), "two holders of one thing");
        check(pool.tryAcquire().isEmpty(), "more than max lent");
        leases.forEach(Lease::close);
    }

    private void check(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
