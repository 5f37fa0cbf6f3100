// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.pool.ResourcePoolBuilder;
import io.github.esclusa.coordination.startup.Barrier;
import io.github.esclusa.coordination.startup.Component;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A null is refused with the component that was given it and what it was given for. For users whose compiler checks nothing. */
@SuppressWarnings("NullAway")
class NullsTest {

    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void aPoolNamesItself() {
        ResourcePoolBuilder<Object> builder = ResourcePool.builder("p");
        refused("the name of the pool is null", () -> ResourcePool.builder(null));
        refused("pool 'p': the factory is null", () -> builder.factory(null));
        refused("pool 'p': the function given to create is null", () -> builder.create(null));
        refused("pool 'p': the function given to validate is null", () -> builder.validate(null));
        refused("pool 'p': the function given to destroy is null", () -> builder.destroy(null));
        refused("pool 'p': the acquireTimeout is null", () -> builder.acquireTimeout(null));
        refused("pool 'p': the closeTimeout is null", () -> builder.closeTimeout(null));
        refused("pool 'p': the validateAfterIdle is null", () -> builder.validateAfterIdle(null));
        refused("pool 'p': the clock is null", () -> builder.clock(null));
        refused("pool 'p': the executor is null", () -> builder.executor(null));
        refused("pool 'p': the timeout given to openWarm is null", () -> builder.openWarm(null));
        try (ResourcePool<Object> pool = builder.create(Object::new).open()) {
            refused("pool 'p': the timeout given to acquire is null", () -> pool.acquire(null));
            refused("pool 'p': the timeout given to warm is null", () -> pool.warm(null));
            refused("pool 'p': the timeout given to shutdown is null", () -> pool.shutdown(null));
        }
    }

    @Test
    void timersNameThemselves() {
        Timers.Builder builder = Timers.builder("t");
        refused("the name of the timers is null", () -> Timers.builder(null));
        refused("timers 't': the executor is null", () -> builder.executor(null));
        refused("timers 't': the kind of their threads is null", () -> builder.threads(null));
        refused("timers 't': the closeTimeout is null", () -> builder.closeTimeout(null));
        refused("timers 't': the clock is null", () -> builder.clock(null));
        try (Timers timers = builder.start()) {
            refused("timers 't': the delay is null", () -> timers.after(null, () -> {}));
            refused("timers 't': the callback is null", () -> timers.after(LONG, null));
            refused("timers 't': the initial delay is null", () -> timers.withFixedDelay(null, LONG, () -> {}));
            refused("timers 't': the delay is null", () -> timers.withFixedDelay(LONG, null, () -> {}));
            refused("timers 't': the initial delay is null", () -> timers.atFixedRate(null, LONG, () -> {}));
            refused("timers 't': the period is null", () -> timers.atFixedRate(LONG, null, () -> {}));
            refused("timers 't': the timeout given to shutdown is null", () -> timers.shutdown(null));
            Timer timer = timers.after(LONG, () -> {});
            refused("timers 't': the delay given to reset is null", () -> timer.reset(null));
        }
    }

    @Test
    void aGateNamesItselfAndItsComponent() {
        StartupGate.Builder builder = StartupGate.builder("g");
        refused("the name of the gate is null", () -> StartupGate.builder(null));
        refused("the name of a component of gate 'g' is null", () -> builder.component(null, () -> () -> {}));
        refused("component 'c' of gate 'g': the factory is null", () -> builder.component("c", null));
        Component<AutoCloseable> component = builder.component("c", () -> () -> {});
        refused(
                "gate 'g': the component given to after of 'c' is null",
                () -> component.after(new Component<?>[] {null}));
        refused("component 'c' of gate 'g': timeout is null", () -> component.timeout(null));
        refused("gate 'g': stopTimeout is null", () -> builder.stopTimeout(null));
        refused("gate 'g': the kind of its threads is null", () -> builder.threads(null));
        refused("gate 'g': the clock is null", () -> builder.clock(null));
        try (StartupGate gate = builder.build()) {
            refused("gate 'g': start timeout is null", () -> gate.start(null));
            refused("gate 'g': the timeout given to awaitReady is null", () -> gate.awaitReady(null));
            refused("gate 'g': the timeout given to stop is null", () -> gate.stop(null));
        }
    }

    @Test
    void aBarrierNamesItself() {
        Barrier.Builder builder = Barrier.builder("b").parties(1);
        refused("the name of the barrier is null", () -> Barrier.builder(null));
        refused("barrier 'b': the action given to whenAllHere is null", () -> builder.whenAllHere(null));
        refused("barrier 'b': the clock is null", () -> builder.clock(null));
        try (Barrier barrier = builder.build()) {
            refused("barrier 'b': the timeout given to await is null", () -> barrier.await(null));
            refused("barrier 'b': the cause given to fail is null", () -> barrier.fail(null));
        }
    }

    private static void refused(String message, ThrowingCallable attempt) {
        assertThatNullPointerException().isThrownBy(attempt).withMessage(message);
    }
}
