// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.coordination.testing.Allocations;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** No memory, or an error in the middle of a step: nothing is lost, or the pool says that it has failed. */
class PoolMemoryTest extends PoolTesting {

    private final OutOfMemoryError noMemory = new OutOfMemoryError("on purpose");

    private final AtomicInteger creationsWithout = new AtomicInteger();
    private final AtomicInteger validationsWithout = new AtomicInteger();
    private final ManualClock clock = new ManualClock();

    /** A system that has no memory for so many jobs. */
    private final class Maker extends Job.Maker<Thing> {

        @Override
        Job.Create<Thing> create() {
            failIf(creationsWithout);
            return super.create();
        }

        @Override
        Job.Validate<Thing> validate(Resource<Thing> resource) {
            failIf(validationsWithout);
            return super.validate(resource);
        }

        private void failIf(AtomicInteger without) {
            if (without.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw noMemory;
            }
        }
    }

    private ResourcePoolBuilder<Thing> forgetful(int max) {
        return things(max).jobs(new Maker()).clock(clock).validateAfterIdle(Duration.ofSeconds(1));
    }

    @Test
    void withoutMemoryForACreationTheWaiterIsToldAndTheSlotIsFree() throws InterruptedException {
        ResourcePool<Thing> pool = forgetful(2).open();
        creationsWithout.set(1);
        assertThatThrownBy(() -> pool.acquire(LONG))
                .isInstanceOf(ResourceCreationException.class)
                .hasCause(noMemory);
        assertThat(pool.state().waiting()).isZero();
        takeFullCapacityAgain(pool, 2);
        closeAndBalance(pool);
    }

    @Test
    void withoutMemoryForAValidationTheWaiterIsToldAndTheResourceStays() throws InterruptedException {
        ResourcePool<Thing> pool = forgetful(1).open();
        pool.acquire().close();
        clock.advance(Duration.ofSeconds(1));
        validationsWithout.set(1);
        assertThatThrownBy(() -> pool.acquire(LONG))
                .isInstanceOf(ResourceCreationException.class)
                .hasCause(noMemory);
        assertThat(pool.state().waiting()).isZero();
        assertThat(pool.state().idle()).isEqualTo(1);
        takeFullCapacityAgain(pool, 1);
        assertThat(factory.validations).hasValue(1);
        closeAndBalance(pool);
    }

    @Test
    void withoutMemoryATryStartsNothingAndTheNextOneDoes() throws InterruptedException {
        ResourcePool<Thing> pool = forgetful(1).open();
        creationsWithout.set(1);
        assertThat(pool.tryAcquire()).isEmpty();
        assertThat(pool.state().creating()).isZero();
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void withoutMemoryForTheSuccessorALeaseEndsAllTheSame() throws Exception {
        ResourcePool<Thing> pool = forgetful(1).open();
        Lease<Thing> lease = pool.acquire();
        CountDownLatch mayBeDestroyed = new CountDownLatch(1);
        factory.nextDestroy(() -> {
            ThingFactory.await(mayBeDestroyed);
            return true;
        });
        Future<Lease<Thing>> waiter = waiter(pool);
        lease.invalidate();
        creationsWithout.set(1);
        mayBeDestroyed.countDown();
        assertThat(failure(waiter))
                .isInstanceOf(ResourceCreationException.class)
                .hasCause(noMemory);
        takeFullCapacityAgain(pool, 1);
        closeAndBalance(pool);
    }

    @Test
    void warmingToldThatThereIsNoMemorySaysSo() {
        creationsWithout.set(1);
        assertThatThrownBy(() -> forgetful(1).min(1).openWarm(LONG))
                .isInstanceOf(ResourceCreationException.class)
                .hasMessageContaining("a creation failed")
                .hasCause(noMemory);
    }

    // ---- an error in the middle of a step

    @Test
    @SuppressWarnings("NullAway") // A defect, as good as any: no step throws.
    void errorInAStepClosesThePoolAndIsTheCause() throws Exception {
        ResourcePool<Thing> pool = things(2).open();
        Lease<Thing> lease = pool.acquire();
        pool.acquire().close();
        try (Lease<Thing> other = pool.acquire()) {
            Future<Lease<Thing>> waiter = waiter(pool);
            assertThatThrownBy(() -> pool.handOver.validated(new Job.Validate<>(null), 0))
                    .isInstanceOf(NullPointerException.class);
            assertThat(failure(waiter))
                    .isInstanceOf(PoolClosedException.class)
                    .hasMessageContainingAll("things", "has failed")
                    .hasCauseInstanceOf(NullPointerException.class);
        }
        assertThatThrownBy(pool::tryAcquire)
                .isInstanceOf(PoolClosedException.class)
                .hasCauseInstanceOf(NullPointerException.class);
        lease.close();
        eventually(() -> assertThat(pool.report().terminated()).isTrue()); // here no step had anything in its hands
        assertThat(pool.report().cause()).isInstanceOf(NullPointerException.class);
        closeAndBalance(pool);
    }

    @Test
    @SuppressWarnings("NullAway")
    void failedPoolDestroysWhatIsIdle() throws InterruptedException {
        ResourcePool<Thing> pool = things(2).min(2).openWarm(LONG);
        assertThatThrownBy(() -> pool.handOver.invalid(new Job.Validate<>(null)))
                .isInstanceOf(NullPointerException.class);
        eventually(() -> assertThat(factory.destroyed).hasValue(2));
        closeAndBalance(pool);
    }

    @Test
    @SuppressWarnings("NullAway")
    void failedPoolThatCannotEndGivesItsNameUpWhenItIsClosed() throws Exception {
        for (boolean waits : new boolean[] {true, false}) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            ResourcePool<Thing> pool = things(2).meterRegistry(registry).open();
            Lease<Thing> lease = pool.acquire(); // keeps it from its end, as what a step has lost would
            assertThatThrownBy(() -> pool.handOver.validated(new Job.Validate<>(null), 0))
                    .isInstanceOf(NullPointerException.class);
            PoolReport report = pool.report();
            assertThat(report.life()).isEqualTo(PoolReport.Life.FAILED);
            assertThat(report.cause()).isInstanceOf(NullPointerException.class);
            assertThat(report).asString().contains("FAILED of java.lang.NullPointerException");
            assertThat(registry.getMeters()).isNotEmpty();
            if (waits) {
                assertThat(pool.shutdown(Duration.ZERO).terminated()).isFalse();
            } else {
                pool.close();
            }
            assertThat(registry.getMeters()).isEmpty();
            ResourcePool<Thing> next = things(2).meterRegistry(registry).open();
            lease.close();
            assertThat(pool.shutdown(LONG).terminated()).isTrue();
            assertThat(registry.getMeters()).isNotEmpty(); // the successor's
            next.close();
        }
    }

    // ---- steps that need no memory

    /** A hand-over whose jobs are run by the test. */
    private static final class Steps {

        final Deque<Job<Object>> jobs = new ArrayDeque<>();
        final HandOver<Object> handOver;

        Steps(int max, Duration validateAfter) {
            PoolSettings settings = new PoolSettings(
                    "steps", max, 0, max, LONG, LONG, PoolSettings.Validation.AFTER_IDLE, validateAfter);
            handOver = new HandOver<>(settings, new PoolTime(Clock.system()), jobs::add, new Job.Maker<>());
        }

        @SuppressWarnings("NullAway") // No lease here asks for its pool.
        static Lease<Object> lease() {
            return new Lease<>(null, Thread.currentThread());
        }

        Job.Create<Object> creation() {
            return (Job.Create<Object>) jobs.remove();
        }

        Lease<Object> leased() {
            Lease<Object> lease = lease();
            Waiter<Object> waiter = handOver.join(lease, 0);
            if (waiter.outcome == null) {
                handOver.created(creation(), new Object(), 0);
            }
            assertThat(waiter.outcome).isEqualTo(AcquireOutcome.SUCCESS);
            return lease;
        }
    }

    @Test
    void leaseEndsWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Steps steps = new Steps(1, LONG);
                    Lease<Object> lease = steps.leased();
                    return () -> steps.handOver.giveBack(lease, 0);
                }))
                .isZero();
    }

    @Test
    void leaseIsPassedOnWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Steps steps = new Steps(1, LONG);
                    Lease<Object> lease = steps.leased();
                    Waiter<Object> waiter = steps.handOver.join(Steps.lease(), 0);
                    assertThat(waiter.outcome).isNull();
                    return () -> steps.handOver.giveBack(lease, 0);
                }))
                .isZero();
    }

    @Test
    void resourceIsTakenOutWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Steps steps = new Steps(1, LONG);
                    Lease<Object> lease = steps.leased();
                    return () -> steps.handOver.discard(lease);
                }))
                .isZero();
    }

    @Test
    void resourceMadeIsLentWithoutMemory() throws Exception {
        int many = 40; // beyond what the books have room for to begin with
        assertThat(Allocations.of(() -> {
                    Steps steps = new Steps(many, LONG);
                    List<Job.Create<Object>> creations = new ArrayList<>();
                    List<Object> made = new ArrayList<>();
                    for (int i = 0; i < many; i++) {
                        Waiter<Object> waiter = steps.handOver.join(Steps.lease(), 0);
                        assertThat(waiter.outcome).isNull();
                        creations.add(steps.creation());
                        made.add(new Object());
                    }
                    return () -> {
                        for (int i = 0; i < many; i++) {
                            steps.handOver.created(creations.get(i), made.get(i), 0);
                        }
                    };
                }))
                .isZero();
    }

    @Test
    void validationEndsWithoutMemory() throws Exception {
        for (boolean valid : new boolean[] {true, false}) {
            assertThat(Allocations.of(() -> {
                        Steps steps = new Steps(1, Duration.ZERO);
                        steps.handOver.giveBack(steps.leased(), 0);
                        Waiter<Object> waiter = steps.handOver.join(Steps.lease(), 1);
                        assertThat(waiter.outcome).isNull();
                        Job.Validate<Object> validation = (Job.Validate<Object>) steps.jobs.remove();
                        return () -> {
                            if (valid) {
                                steps.handOver.validated(validation, 2);
                            } else {
                                steps.handOver.invalid(validation);
                            }
                        };
                    }))
                    .isZero();
        }
    }

    @Test
    void destructionEndsThePoolWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Steps steps = new Steps(1, LONG);
                    Lease<Object> lease = steps.leased();
                    steps.handOver.close();
                    steps.handOver.giveBack(lease, 0);
                    Job.Destroy<Object> destruction = (Job.Destroy<Object>) steps.jobs.remove();
                    return () -> steps.handOver.destroyed(destruction.resource, Books.Destruction.DONE);
                }))
                .isZero();
    }
}
