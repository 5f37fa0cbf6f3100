// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.Uninterruptibles;
import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a task group: who waits for it, who is told what, and what is left. */
@Timeout(60)
class TaskGroupCloseTest {

    private final ManualClock clock = new ManualClock();

    @Test
    void emptyGroupJoinsAndClosesAtOnce() throws Exception {
        try (TaskGroup<Integer> group = TaskGroup.open("empty")) {
            assertThat(group.join()).isEmpty();
            assertThat(group.join(Duration.ZERO)).isEmpty();
            assertThat(group.balance().settled()).isTrue();
        }
    }

    @Test
    void failureNobodyWasToldOfLeavesAtClose() {
        TaskGroup<Integer> group = TaskGroup.open("silent");
        group.submit(() -> {
            throw new StackOverflowError("an Error, on purpose");
        });
        assertThatThrownBy(group::close)
                .isInstanceOf(TasksFailedException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
        group.close();
    }

    @Test
    void failureLeavesOnceSoTryWithResourcesDoesNotSuppressItIntoItself() {
        TasksFailedException failure = catchThrowableOfType(TasksFailedException.class, () -> {
            try (TaskGroup<Integer> group = TaskGroup.open("once")) {
                group.submit(() -> {
                    throw new IOException("on purpose");
                });
                group.join();
            }
        });
        assertThat(failure.getSuppressed()).isEmpty();
    }

    @Test
    void failureToldThroughItsHandleDoesNotLeaveAgainAtClose() throws Exception {
        try (TaskGroup<Integer> group = TaskGroup.open("told")) {
            Task<Integer> task = group.submit(() -> {
                throw new IOException("on purpose");
            });
            assertThatThrownBy(() -> task.get(Running.LIMIT)).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void closeWaitsForAllAndRefusesWhatComesLater() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.open("closing");
        Task<Integer> task = group.submit(() -> {
            go.await();
            return 1;
        });
        Running<?> closer = Running.run(group::close).awaitParked();
        assertThatThrownBy(() -> group.submit(() -> 2))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("closing")
                .hasMessageContaining("closed");
        assertThat(closer.isDone()).isFalse();
        go.countDown();
        closer.result();
        assertThat(task.get()).isEqualTo(1);
        assertThat(group.balance()).isEqualTo(new TaskBalance(1, 0, 0, 1, 0, 0));
    }

    @Test
    void interruptedCloseCancelsTheTasksWaitsForThemAndKeepsTheFlag() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.open("closing");
        Task<Integer> task = group.submit(() -> {
            running.countDown();
            new CountDownLatch(1).await();
            return 1;
        });
        running.await();
        Running<Boolean> closer = Running.call(() -> {
                    group.close();
                    return Thread.currentThread().isInterrupted();
                })
                .awaitParked();
        closer.interrupt();
        assertThat(closer.result()).isTrue();
        assertThat(task.state()).isEqualTo(Task.State.CANCELLED);
    }

    @Test
    void whoeverWaitsForATaskInTheQueueHasItsResultThoughTheGroupIsClosed() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.builder("closing").threads(1).open();
        group.submit(() -> {
            go.await();
            return 1;
        });
        Task<Integer> queued = group.submit(() -> 2);
        Running<Integer> waiter = Running.call(queued::get).awaitParked();
        Running<?> closer = Running.run(group::close).awaitParked();
        assertThat(waiter.isDone()).isFalse();
        go.countDown();
        assertThat(waiter.result()).isEqualTo(2);
        closer.result();
    }

    /** Its turn never comes: the task before it ignores the interrupt, and the close that gave up on that has cancelled it. */
    @Test
    void whoeverWaitsForATaskInTheQueueHearsOfACloseThatCancels() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.builder("deaf")
                .threads(1)
                .clock(clock)
                .grace(Duration.ZERO)
                .open();
        group.submit(() -> {
            running.countDown();
            Uninterruptibles.awaitUninterruptibly(go);
            return 1;
        });
        Task<Integer> queued = group.submit(() -> 2);
        running.await();
        Running<Integer> waiter = Running.call(queued::get).awaitParked();
        Running<?> closer = Running.run(group::close).awaitParked();
        closer.interrupt();
        assertThat(waiter.failure())
                .isInstanceOf(CancellationException.class)
                .hasMessage("task 2 of group 'deaf' was cancelled");
        assertThat(closer.failure()).hasMessageContaining("deaf");
        go.countDown();
        group.close();
        assertThat(group.balance()).isEqualTo(new TaskBalance(2, 0, 0, 1, 0, 1));
    }

    @Test
    void closeGivesUpOnTasksThatIgnoreTheInterruptAndTheLastOneTakesTheMeters() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.builder("deaf")
                .clock(clock)
                .grace(Duration.ofSeconds(3))
                .meterRegistry(registry)
                .open();
        group.submit(() -> {
            running.countDown();
            Uninterruptibles.awaitUninterruptibly(go);
            return 1;
        });
        running.await();
        Running<?> closer = Running.run(group::close).awaitParked();
        closer.interrupt();
        clock.awaitWaiters(1, Running.LIMIT);
        clock.advance(Duration.ofSeconds(3));
        assertThat(closer.failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("deaf")
                .cause()
                .isInstanceOf(StillRunningException.class)
                .hasMessageContaining("task 1 on thread 'deaf-1'");
        assertThat(registry.getMeters()).isNotEmpty();

        go.countDown();
        Awaitility.await().atMost(Running.LIMIT).untilAsserted(() -> assertThat(registry.getMeters())
                .isEmpty());
        group.close();
        assertThat(group.balance().settled()).isTrue();
    }

    @Test
    void graceOfZeroCancelsAndDoesNotWait() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicBoolean go = new AtomicBoolean();
        TaskGroup<Integer> group =
                TaskGroup.builder("deaf").clock(clock).grace(Duration.ZERO).open();
        group.submit(() -> {
            running.countDown();
            while (!go.get()) {
                LockSupport.parkNanos(1_000_000);
                if (Thread.currentThread().isInterrupted()) {
                    interrupted.countDown();
                }
            }
            return 1;
        });
        running.await();
        Running<?> closer = Running.run(group::close).awaitParked();
        closer.interrupt();
        assertThat(closer.failure())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("deaf")
                .cause()
                .hasMessageContaining("grace of PT0S");
        assertThat(interrupted.await(Running.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        go.set(true);
        group.close();
        assertThat(group.balance()).isEqualTo(new TaskBalance(1, 0, 0, 1, 0, 0));
    }

    @Test
    void twoThatCloseAGroupBothFindItsNameFree() throws Exception {
        for (int round = 0; round < 200; round++) {
            MeterRegistry meters = new SimpleMeterRegistry();
            TaskGroup<String> group =
                    TaskGroup.builder("closed").meterRegistry(meters).open();
            group.submit(() -> "done");
            CyclicBarrier together = new CyclicBarrier(2);
            List<Running<Integer>> closers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                closers.add(Running.call(() -> {
                    together.await();
                    group.close();
                    return meters.getMeters().size();
                }));
            }
            for (Running<Integer> closer : closers) {
                assertThat(closer.result()).isZero();
            }
        }
    }

    @Test
    void joinAndCloseFromInsideATaskFailAtOnce() throws Exception {
        try (TaskGroup<String> group = TaskGroup.open("inside")) {
            group.submit(() -> {
                List<String> messages = new ArrayList<>();
                for (Running.Body wait :
                        List.<Running.Body>of(group::join, () -> group.join(Duration.ofDays(1)), group::close)) {
                    try {
                        wait.run();
                    } catch (IllegalStateException e) {
                        messages.add("refused");
                    }
                }
                return String.join(",", messages);
            });
            assertThat(group.join()).containsExactly("refused,refused,refused");
        }
    }

    @Test
    void taskThatGetsItsOwnHandleIsRefusedAtOnce() throws Exception {
        CompletableFuture<Task<Integer>> own = new CompletableFuture<>();
        try (TaskGroup<Integer> group = TaskGroup.builder("own handle")
                .onFailure(FailurePolicy.KEEP_GOING)
                .open()) {
            Task<Integer> other = group.submit(() -> 1);
            Task<Integer> forEver = group.submit(() -> own.get().get() + other.get());
            own.complete(forEver);
            Task<Integer> forAWhile = group.submit(() -> {
                Task<Integer> self = group.submit(other::get); // another's handle is not its own
                return self.get() + own.get().number();
            });
            assertThat(forAWhile.get(Running.LIMIT)).isEqualTo(3);
            assertThatThrownBy(() -> forEver.get(Running.LIMIT))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("task 2 of group 'own handle'");
        }
    }

    @Test
    void conservationHoldsUnderConcurrentSubmitCancelAndClose() throws Exception {
        for (int round = 0; round < 100; round++) {
            AtomicInteger ran = new AtomicInteger();
            AtomicInteger accepted = new AtomicInteger();
            boolean failing = round % 2 == 0;
            TaskGroup<Integer> group = TaskGroup.builder("conserving")
                    .threads(1 + round % 3)
                    .onFailure(round % 4 == 0 ? FailurePolicy.KEEP_GOING : FailurePolicy.CANCEL_REST)
                    .open();
            List<Task<Integer>> tasks = Collections.synchronizedList(new ArrayList<>());
            Running.Body submitting = () -> {
                for (int i = 0; i < 30; i++) {
                    int number = i;
                    try {
                        tasks.add(group.submit(() -> {
                            ran.incrementAndGet();
                            if (failing && number == 20) {
                                throw new IOException("on purpose");
                            }
                            return number;
                        }));
                        accepted.incrementAndGet();
                    } catch (RejectedExecutionException e) {
                        return;
                    }
                }
            };
            Running<?> first = Running.run(submitting);
            Running<?> second = Running.run(submitting);
            Running<?> canceller = Running.run(() -> {
                for (Task<Integer> task : List.copyOf(tasks)) {
                    task.cancel();
                }
            });
            canceller.result();
            try {
                group.close();
            } catch (TasksFailedException e) {
                assertThat(failing).isTrue();
            }
            first.result();
            second.result();

            TaskBalance balance = group.balance();
            assertThat(balance.settled()).as("%s", balance).isTrue();
            assertThat(balance.submitted()).isEqualTo(accepted.get());
            assertThat(balance.queued() + balance.running()).isZero();
            assertThat(ran.get()).isBetween((int) (balance.succeeded() + balance.failed()), accepted.get());
            assertThat(tasks)
                    .allSatisfy(task -> assertThat(task.state()).isNotIn(Task.State.QUEUED, Task.State.RUNNING));
        }
    }
}
