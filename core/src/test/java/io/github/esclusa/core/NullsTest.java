// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.esclusa.core.lock.Guarded;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.core.lock.LockOrder;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.core.thread.ThreadKind;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A null is refused with the component that was given it and what it was given for. For users whose compiler checks nothing. */
@SuppressWarnings("NullAway")
class NullsTest {

    @Test
    void aSignalNamesItself() {
        Signal signal = Signal.named("s");
        refused("the name of the signal is null", () -> Signal.named(null));
        refused("signal 's': the clock is null", () -> Signal.named("s", null));
        refused("signal 's': the timeout given to await is null", () -> signal.await(null));
        refused("signal 's': the callback given to onSet is null", () -> signal.onSet(null));
    }

    @Test
    void aLockNamesItself() {
        InstrumentedLock.Builder builder = InstrumentedLock.builder("l");
        InstrumentedLock lock = builder.build();
        refused("the name of the lock is null", () -> InstrumentedLock.builder(null));
        refused("lock 'l': the fairness is null", () -> builder.fairness(null));
        refused("lock 'l': the reentrancy is null", () -> builder.reentrancy(null));
        refused("lock 'l': the longHold is null", () -> builder.longHold(null));
        refused("lock 'l': the clock is null", () -> builder.clock(null));
        refused("lock 'l': the timeout given to tryHold is null", () -> lock.tryHold(null));
        refused("the name of the lock order is null", () -> LockOrder.named(null));
        refused("lock order 'o': the policy is null", () -> LockOrder.named("o", null));
    }

    @Test
    void aGuardedValueNamesItself() {
        Guarded<Integer> guarded = Guarded.named("g", 1);
        refused("guarded value 'g': the function given to read is null", () -> guarded.read(null));
        refused("guarded value 'g': the function given to update is null", () -> guarded.update(null));
        refused("guarded value 'g': the function given to with is null", () -> guarded.with(null));
    }

    @Test
    void aTaskGroupNamesItself() {
        TaskGroup.Builder builder = TaskGroup.builder("t");
        refused("the name of the task group is null", () -> TaskGroup.builder(null));
        refused("task group 't': the kind of its threads is null", () -> builder.threads(null));
        refused("task group 't': the policy given to onFailure is null", () -> builder.onFailure(null));
        refused("task group 't': the grace is null", () -> builder.grace(null));
        refused("task group 't': the clock is null", () -> builder.clock(null));
        try (TaskGroup<Integer> group = builder.open()) {
            refused("task group 't': the task given to submit is null", () -> group.submit(null));
            refused("task group 't': the timeout given to wait for its tasks is null", () -> group.join(null));
        }
    }

    @Test
    void threadsNameThemselves() {
        refused("the name of the threads is null", () -> NamedThreads.daemon(null));
        refused("threads 'n': the kind is null", () -> NamedThreads.of(null, "n"));
        refused("threads 'n': the task is null", () -> NamedThreads.of(ThreadKind.DAEMON, "n")
                .newThread(null));
    }

    private static void refused(String message, ThrowingCallable attempt) {
        assertThatNullPointerException().isThrownBy(attempt).withMessage(message);
    }
}
