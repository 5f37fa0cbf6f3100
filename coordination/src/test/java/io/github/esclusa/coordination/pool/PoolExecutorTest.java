// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Executors of the user's that do not do as they say. */
class PoolExecutorTest extends PoolTesting {

    private final ManualClock clock = new ManualClock();

    /** The job of each kind that the next call to the executor is for, in a pool of one. */
    enum Kind {
        CREATE {
            @Override
            void provoke(PoolExecutorTest test, ResourcePool<Thing> pool, Runnable trouble)
                    throws InterruptedException {
                trouble.run();
                acquireIfPossible(pool);
            }
        },
        VALIDATE {
            @Override
            void provoke(PoolExecutorTest test, ResourcePool<Thing> pool, Runnable trouble)
                    throws InterruptedException {
                pool.acquire().close();
                test.clock.advance(Duration.ofSeconds(1));
                trouble.run();
                acquireIfPossible(pool);
            }
        },
        DESTROY {
            @Override
            void provoke(PoolExecutorTest test, ResourcePool<Thing> pool, Runnable trouble)
                    throws InterruptedException {
                Lease<Thing> lease = pool.acquire();
                trouble.run();
                lease.invalidate();
            }
        };

        abstract void provoke(PoolExecutorTest test, ResourcePool<Thing> pool, Runnable trouble)
                throws InterruptedException;

        private static void acquireIfPossible(ResourcePool<Thing> pool) throws InterruptedException {
            try {
                pool.acquire().close();
            } catch (ResourceCreationException e) {
                assertThat(e).hasCauseInstanceOf(OutOfMemoryError.class);
            }
        }
    }

    /** Runs its tasks on other threads; but the next one after {@link #trouble} as it likes, and throws. */
    private abstract class Traitor implements Executor {

        private volatile boolean next;

        abstract void betray(Runnable task);

        void trouble() {
            next = true;
        }

        @Override
        public void execute(Runnable task) {
            if (next) {
                next = false;
                betray(task);
                throw new OutOfMemoryError("unable to create native thread");
            }
            Future<Boolean> ignored = call(() -> {
                task.run();
                return true;
            });
        }
    }

    private ResourcePool<Thing> poolOfOne(Executor executor) {
        return things(1)
                .clock(clock)
                .validateAfterIdle(Duration.ofSeconds(1))
                .executor(executor)
                .open();
    }

    private void assertNothingLostOrDoubled(ResourcePool<Thing> pool) throws InterruptedException {
        eventually(() -> assertThat(pool.report().busy()).isZero());
        assertThat(pool.state().creating()).isZero();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    /** As a ThreadPoolExecutor does that has queued the task, and then gets no memory for a thread. */
    @ParameterizedTest
    @EnumSource
    void executorThatAcceptsAndThrowsSettlesAJobOnce(Kind kind) throws InterruptedException {
        List<Runnable> accepted = new ArrayList<>();
        Traitor executor = new Traitor() {
            @Override
            void betray(Runnable task) {
                accepted.add(task);
            }
        };
        ResourcePool<Thing> pool = poolOfOne(executor);
        kind.provoke(this, pool, executor::trouble);
        assertThat(accepted).hasSize(1);
        accepted.get(0).run();
        assertNothingLostOrDoubled(pool);
    }

    @ParameterizedTest
    @EnumSource
    void executorThatRunsAndThrowsSettlesAJobOnce(Kind kind) throws InterruptedException {
        Traitor executor = new Traitor() {
            @Override
            void betray(Runnable task) {
                task.run();
                task.run();
            }
        };
        ResourcePool<Thing> pool = poolOfOne(executor);
        kind.provoke(this, pool, executor::trouble);
        assertNothingLostOrDoubled(pool);
    }

    @Test
    void refusalsAreLoggedAsWhatTheyWere() throws InterruptedException {
        Logger logger = (Logger) LoggerFactory.getLogger(ResourcePool.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            Traitor executor = new Traitor() {
                @Override
                void betray(Runnable task) {}
            };
            ResourcePool<Thing> pool = poolOfOne(executor);
            for (Kind kind : Kind.values()) {
                kind.provoke(this, pool, executor::trouble);
            }
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .filteredOn(line -> line.contains("no thread could be had"))
                    .satisfiesExactly(
                            line -> assertThat(line).contains("'things'", "to create"),
                            line -> assertThat(line).contains("'things'", "to validate"),
                            line -> assertThat(line).contains("'things'", "to destroy", "invalidated"));
            assertNothingLostOrDoubled(pool);
        } finally {
            logger.detachAppender(lines);
        }
    }

    /** The end of each creation plans the next: started from there, they would stand on one stack, thousands deep. */
    @Test
    void anExecutorThatRunsOnTheCallingThreadNeedsNoStackForEachResource() throws InterruptedException {
        int many = 3000;
        ResourcePool<Thing> pool =
                things(many).min(many).executor(Runnable::run).open();
        assertThat(pool.state().idle()).isEqualTo(many); // none is left for somebody else to start
        takeFullCapacityAgain(pool, many);
        closeAndBalance(pool);
    }

    /** As an event loop does: by the time it runs the job, it is out of the loop in which it had it started. */
    @Test
    void aThreadThatRunsLaterWhatItHasStartedStartsWhatFollows() throws InterruptedException {
        Deque<Runnable> later = new ArrayDeque<>();
        ResourcePool<Thing> pool =
                things(3).min(3).creators(1).executor(later::add).open();
        for (Runnable task = later.poll(); task != null; task = later.poll()) {
            task.run();
        }
        assertThat(pool.state().idle()).isEqualTo(3);
        takeFullCapacityAgain(pool, 3);
        pool.close(Duration.ZERO);
        assertThat(later).hasSize(3);
        later.forEach(Runnable::run);
        assertThat(pool.report().terminated()).isTrue();
    }

    /** It is on another thread that the job has ended: that one starts what follows, and waits for nobody. */
    @Test
    void aStarterThatBlocksInTheExecutorKeepsNoJobFromBeingStarted() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        Executor blocksOnce = task -> {
            if (first.getAndSet(false)) {
                Future<Boolean> ignored = call(() -> {
                    task.run();
                    return true;
                });
                awaitRelease(release);
            } else {
                task.run();
            }
        };
        Future<ResourcePool<Thing>> opening =
                call(() -> things(3).min(3).creators(1).executor(blocksOnce).open());
        eventually(() -> assertThat(factory.made).hasSize(3));
        assertThat(opening.isDone()).isFalse();
        release.countDown();
        ResourcePool<Thing> pool = result(opening);
        takeFullCapacityAgain(pool, 3);
        closeAndBalance(pool);
    }

    private static void awaitRelease(CountDownLatch release) {
        try {
            ThingFactory.await(release);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** An executor that runs its tasks on the caller's thread has no thread of its own whose flag could be cleared. */
    @Test
    void theCallersInterruptIsTheCallers() {
        try (ResourcePool<Thing> pool = things(1).executor(Runnable::run).open()) {
            factory.nextCreate(() -> {
                Thread.currentThread().interrupt();
                return new Thing(1);
            });
            assertThat(pool.tryAcquire()).isEmpty(); // it sets a creation in motion, which here is over already
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
