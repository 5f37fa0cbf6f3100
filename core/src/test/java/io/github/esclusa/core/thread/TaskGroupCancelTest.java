// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.esclusa.core.testing.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a task that is cancelled, interrupted or failing counts as, and whom else that concerns. */
@Timeout(60)
class TaskGroupCancelTest {

    @Test
    void firstFailureCancelsTheRestAndLeavesAtJoin() throws Exception {
        IOException cause = new IOException("on purpose");
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicBoolean ranQueued = new AtomicBoolean();
        try (TaskGroup<Integer> group = TaskGroup.builder("failing").threads(2).open()) {
            Task<Integer> interrupted = group.submit(() -> {
                waiting.countDown();
                new CountDownLatch(1).await();
                return 1;
            });
            group.submit(() -> {
                waiting.await();
                throw cause;
            });
            Task<Integer> queued = group.submit(() -> {
                ranQueued.set(true);
                return 3;
            });

            assertThatThrownBy(group::join)
                    .isInstanceOf(TasksFailedException.class)
                    .hasCause(cause)
                    .hasMessageContaining("1 of 3 tasks of group 'failing' failed");

            assertThat(interrupted.state()).isEqualTo(Task.State.CANCELLED);
            assertThat(queued.state()).isEqualTo(Task.State.CANCELLED);
            assertThat(ranQueued).isFalse();
            Task<Integer> late = group.submit(() -> 4);
            assertThat(late.state()).isEqualTo(Task.State.CANCELLED);
            assertThat(group.balance()).isEqualTo(new TaskBalance(4, 0, 0, 0, 1, 3));
            assertThatThrownBy(group::join).hasCause(cause);
        }
    }

    @Test
    void exceptionThatIsNoInterruptStaysAFailureThoughTheTaskWasCancelled() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.open("stubborn")) {
            group.submit(() -> {
                waiting.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IOException("while cleaning up", e);
                }
                return 1;
            });
            group.submit(() -> {
                waiting.await();
                throw new IllegalStateException("first");
            });
            TasksFailedException failure = catchThrowableOfType(TasksFailedException.class, group::join);
            assertThat(failure).hasRootCauseMessage("first");
            assertThat(failure.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("while cleaning up");
        }
    }

    @Test
    void interruptNobodyAskedForIsAFailure() throws Exception {
        try (TaskGroup<Integer> group = TaskGroup.open("strange")) {
            Task<Integer> task = group.submit(() -> {
                throw new InterruptedException("from nowhere");
            });
            assertThatThrownBy(task::get).hasCauseInstanceOf(InterruptedException.class);
            assertThat(task.state()).isEqualTo(Task.State.FAILED);
        }
    }

    @Test
    void taskThatReturnsThoughCancelledHasSucceeded() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.open("in time")) {
            Task<Integer> task = group.submit(() -> {
                waiting.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    return 7;
                }
                return 8;
            });
            waiting.await();
            assertThat(task.cancel()).isTrue();
            assertThat(task.get()).isEqualTo(7);
            assertThat(task.cancel()).isFalse();
            assertThat(group.join()).containsExactly(7);
        }
    }

    @Test
    void cancelledHandleLeavesTheOthersAlone() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.builder("one").threads(1).open()) {
            group.submit(() -> {
                go.await();
                return 1;
            });
            Task<Integer> queued = group.submit(() -> 2);
            group.submit(() -> 3);
            assertThat(queued.cancel()).isTrue();
            assertThat(queued.cancel()).isFalse();
            assertThatThrownBy(queued::get)
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("task 2 of group 'one'");
            go.countDown();
            assertThat(group.join()).containsExactly(1, 3);
            assertThat(group.balance()).isEqualTo(new TaskBalance(3, 0, 0, 2, 0, 1));
        }
    }

    /** The interrupt of a cancel that comes as its task ends must not hit the task that the thread runs next. */
    @Test
    void interruptOfACancelNeverReachesTheNextTaskOfTheThread() throws Exception {
        try (TaskGroup<Boolean> group = TaskGroup.builder("reused").threads(1).open()) {
            List<Task<Boolean>> innocent = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                CountDownLatch running = new CountDownLatch(1);
                Task<Boolean> victim = group.submit(() -> {
                    running.countDown();
                    return true;
                });
                innocent.add(group.submit(() -> Thread.currentThread().isInterrupted()));
                running.await();
                victim.cancel();
            }
            for (Task<Boolean> task : innocent) {
                assertThat(task.get()).isFalse();
            }
        }
    }

    @Test
    void interruptStatusATaskLeavesBehindIsGoneForTheNext() throws Exception {
        try (TaskGroup<Boolean> group = TaskGroup.builder("clean").threads(1).open()) {
            CountDownLatch both = new CountDownLatch(1);
            group.submit(() -> {
                both.await();
                Thread.currentThread().interrupt();
                return true;
            });
            Task<Boolean> next = group.submit(() -> Thread.currentThread().isInterrupted());
            both.countDown();
            assertThat(next.get()).isFalse();
        }
    }

    @Test
    void groupCancelThatFindsNothingToCancelLeavesTheResults() throws Exception {
        try (TaskGroup<Integer> group = TaskGroup.open("late")) {
            CountDownLatch never = new CountDownLatch(1);
            Task<Integer> cancelled = group.submit(() -> {
                never.await();
                return 1;
            });
            group.submit(() -> 2);
            cancelled.cancel();
            assertThat(group.join()).containsExactly(2);
            group.cancel();
            assertThat(group.join()).containsExactly(2);

            group.submit(() -> 3); // cancelled at once
            assertThatThrownBy(group::join)
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("2 of its 3 tasks");
        }
    }

    /** It was asked twice, and has not come to its end between: who asked first has cancelled it. */
    @Test
    void groupCancelLeavesTheResultsThoughATaskCancelledBeforeStillRuns() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.open("twice")) {
            Task<Integer> stubborn = group.submit(() -> {
                waiting.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    asked.countDown();
                    awaitThroughInterrupts(go);
                    throw e;
                }
                return 1;
            });
            assertThat(group.submit(() -> 2).get()).isEqualTo(2);
            waiting.await();
            stubborn.cancel();
            asked.await();
            group.cancel();
            go.countDown();
            assertThat(group.join()).containsExactly(2);
            assertThat(stubborn.state()).isEqualTo(Task.State.CANCELLED);
        }
    }

    private static void awaitThroughInterrupts(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                latch.await();
                open = true;
            } catch (InterruptedException e) {
                open = latch.getCount() == 0; // asked again
            }
        }
    }

    @Test
    void groupCancelEndsAllAndJoinSaysSo() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.builder("stop").threads(1).open()) {
            group.submit(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return 1;
            });
            group.submit(() -> 2);
            running.await();
            group.cancel();
            assertThatThrownBy(group::join)
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("stop");
            assertThat(group.balance()).isEqualTo(new TaskBalance(2, 0, 0, 0, 0, 2));
        }
    }

    /** Futures of tasks that never ran are what an executor's shutdownNow leaves incomplete. */
    @Test
    void whoeverWaitsForATaskInTheQueueHearsOfTheCancelOfItsGroup() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.builder("stop").threads(1).open()) {
            group.submit(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return 1;
            });
            Task<Integer> queued = group.submit(() -> 2);
            running.await();
            Running<Integer> waiter = Running.call(queued::get).awaitParked();
            Running<Integer> patient =
                    Running.call(() -> queued.get(Duration.ofDays(1))).awaitParked();
            group.cancel();
            assertCancelled(waiter, "task 2 of group 'stop' was cancelled");
            assertCancelled(patient, "task 2 of group 'stop' was cancelled");
            assertThat(queued.state()).isEqualTo(Task.State.CANCELLED);
        }
    }

    private static void assertCancelled(Running<?> waiter, String message) throws Exception {
        assertThat(waiter.failure()).isInstanceOf(CancellationException.class).hasMessage(message);
    }
}
