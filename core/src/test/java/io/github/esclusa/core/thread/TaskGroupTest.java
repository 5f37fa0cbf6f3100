// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskGroupTest {

    private final ManualClock clock = new ManualClock();

    @Test
    void resultsComeInOrderOfSubmission() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.open("ordered")) {
            group.submit(() -> {
                second.await();
                return 1;
            });
            group.submit(() -> {
                second.countDown();
                return 2;
            });
            assertThat(group.join()).containsExactly(1, 2);
            group.submit(() -> 3);
            assertThat(group.join(Running.LIMIT)).containsExactly(1, 2, 3);
            assertThat(group.balance()).isEqualTo(new TaskBalance(3, 0, 0, 3, 0, 0));
        }
    }

    @Test
    void emptyGroupJoinsAndClosesAtOnce() throws Exception {
        try (TaskGroup<Integer> group = TaskGroup.open("empty")) {
            assertThat(group.join()).isEmpty();
            assertThat(group.join(Duration.ZERO)).isEmpty();
            assertThat(group.balance().settled()).isTrue();
        }
    }

    @Test
    void threadsCarryTheGroupsNameAndKind() throws Exception {
        try (TaskGroup<String> group =
                TaskGroup.builder("fetch").threadKind(ThreadKind.DAEMON).open()) {
            group.submit(() -> Thread.currentThread().getName() + " "
                    + Thread.currentThread().isDaemon());
            assertThat(group.join()).containsExactly("fetch-1 true");
        }
    }

    @Test
    void runsOnVirtualThreadsWhereTheJvmHasThem() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        try (TaskGroup<Boolean> group =
                TaskGroup.builder("virtual").threadKind(ThreadKind.VIRTUAL).open()) {
            for (int i = 0; i < 1_000; i++) {
                group.submit(() -> (Boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread()));
            }
            assertThat(group.join()).hasSize(1_000).containsOnly(true);
        }
    }

    @Test
    void neverRunsMoreThanItsThreadsAtOnce() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (TaskGroup<Integer> group = TaskGroup.builder("bounded").threads(3).open()) {
            for (int i = 0; i < 200; i++) {
                int number = i;
                group.submit(() -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    LockSupport.parkNanos(10_000);
                    now.decrementAndGet();
                    return number;
                });
            }
            List<Integer> results = group.join();
            assertThat(results).hasSize(200).isSorted();
            assertThat(most.get()).isBetween(1, 3);
        }
    }

    @Test
    void eachTaskHasAThreadSoTasksMayWaitForOneAnother() throws Exception {
        CountDownLatch all = new CountDownLatch(50);
        try (TaskGroup<Boolean> group = TaskGroup.open("barrier")) {
            for (int i = 0; i < 50; i++) {
                group.submit(() -> {
                    all.countDown();
                    return all.await(Running.LIMIT.toSeconds(), TimeUnit.SECONDS);
                });
            }
            assertThat(group.join()).hasSize(50).containsOnly(true);
        }
    }

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
    void keepGoingRunsTheRestAndSuppressesLaterFailuresInTheirOrder() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        try (TaskGroup<Integer> group =
                TaskGroup.builder("all").onFailure(FailurePolicy.KEEP_GOING).open()) {
            Task<Integer> second = group.submit(() -> {
                first.await();
                throw new AssertionError("second");
            });
            Task<Integer> failedFirst = group.submit(() -> {
                throw new IllegalStateException("first");
            });
            assertThatThrownBy(failedFirst::get).isInstanceOf(ExecutionException.class);
            first.countDown();
            Task<Integer> fine = group.submit(() -> 3);

            TasksFailedException failure = catchThrowableOfType(TasksFailedException.class, group::join);
            assertThat(failure).hasRootCauseMessage("first");
            assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOf(AssertionError.class)
                    .extracting(Throwable::getMessage)
                    .isEqualTo("second");
            assertThat(fine.get()).isEqualTo(3);
            assertThatThrownBy(second::get).hasCauseInstanceOf(AssertionError.class);
            assertThat(group.balance()).isEqualTo(new TaskBalance(3, 0, 0, 1, 2, 0));
        }
    }

    @Test
    void oneExceptionThrownByTwoTasksIsReported() throws Exception {
        IllegalStateException shared = new IllegalStateException("shared");
        try (TaskGroup<Integer> group =
                TaskGroup.builder("shared").onFailure(FailurePolicy.KEEP_GOING).open()) {
            Callable<Integer> throwing = () -> {
                throw shared;
            };
            group.submit(throwing);
            group.submit(throwing);
            assertThatThrownBy(group::join).hasCause(shared);
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

    @Test
    void joinThatTimesOutNamesWhoRunsWithItsStackAndLeavesThemRunning() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (TaskGroup<Integer> group =
                TaskGroup.builder("slow").threads(1).clock(clock).open()) {
            Task<Integer> slow = group.submit(() -> {
                running.countDown();
                awaitGo(go);
                return 1;
            });
            group.submit(() -> 2);
            running.await();
            Running<?> joiner = Running.run(() -> group.join(Duration.ofSeconds(5)));
            clock.awaitWaiters(1, Running.LIMIT);
            clock.advance(Duration.ofSeconds(5));

            Throwable failure = joiner.failure();
            assertThat(failure)
                    .isInstanceOf(StillRunningException.class)
                    .hasMessageContaining("slow")
                    .hasMessageContaining("PT5S")
                    .hasMessageContaining("1 had not begun")
                    .hasMessageContaining("task 1 on thread 'slow-1'");
            assertThat(((StillRunningException) failure).running()).hasSize(1);
            assertThat(failure.getSuppressed()).singleElement().satisfies(stack -> assertThat(stack.getStackTrace())
                    .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("awaitGo")));

            assertThat(slow.state()).isEqualTo(Task.State.RUNNING);
            assertThatThrownBy(() -> slow.get(Duration.ZERO)).isInstanceOf(TimeoutException.class);
            go.countDown();
            assertThat(group.join()).containsExactly(1, 2);
        }
    }

    @Test
    void joinThatTimesOutCarriesWhatHasFailed() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TaskGroup<Integer> group =
                TaskGroup.builder("both").onFailure(FailurePolicy.KEEP_GOING).open()) {
            group.submit(() -> {
                go.await();
                return 1;
            });
            Task<Integer> failing = group.submit(() -> {
                throw new IOException("on purpose");
            });
            assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(() -> group.join(Duration.ZERO))
                    .isInstanceOf(StillRunningException.class)
                    .hasRootCauseMessage("on purpose");
            go.countDown();
        }
    }

    @Test
    void interruptedJoinLeavesTheTasksRunning() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.open("join")) {
            Task<Integer> task = group.submit(() -> {
                go.await();
                return 1;
            });
            Running<?> joiner = Running.run(group::join).awaitParked();
            Running<?> timed =
                    Running.run(() -> group.join(Duration.ofHours(1))).awaitParked();
            Running<?> getter = Running.run(task::get).awaitParked();
            joiner.interrupt();
            timed.interrupt();
            getter.interrupt();
            assertThat(joiner.failure()).isInstanceOf(InterruptedException.class);
            assertThat(timed.failure()).isInstanceOf(InterruptedException.class);
            assertThat(getter.failure()).isInstanceOf(InterruptedException.class);
            go.countDown();
            assertThat(group.join()).containsExactly(1);
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
    void closeGivesUpOnTasksThatIgnoreTheInterruptAndTheLastOneTakesTheMeters() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AtomicBoolean go = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.builder("deaf")
                .clock(clock)
                .grace(Duration.ofSeconds(3))
                .meterRegistry(registry)
                .open();
        group.submit(() -> {
            running.countDown();
            while (!go.get()) {
                LockSupport.parkNanos(1_000_000);
            }
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

        go.set(true);
        Awaitility.await().atMost(Running.LIMIT).untilAsserted(() -> assertThat(registry.getMeters())
                .isEmpty());
        group.close();
        assertThat(group.balance().settled()).isTrue();
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
    void taskMaySubmitMoreTasks() throws Exception {
        try (TaskGroup<Integer> group = TaskGroup.builder("grow").threads(1).open()) {
            group.submit(() -> {
                group.submit(() -> 2);
                return 1;
            });
            assertThat(group.join()).containsExactly(1, 2);
        }
    }

    @Test
    void threadsEndWhenThereIsNothingToRun() throws Exception {
        List<Thread> used = Collections.synchronizedList(new ArrayList<>());
        try (TaskGroup<Integer> group = TaskGroup.builder("idle").threads(2).open()) {
            for (int i = 0; i < 10; i++) {
                group.submit(() -> {
                    used.add(Thread.currentThread());
                    return 1;
                });
            }
            group.join();
            for (Thread thread : used) {
                thread.join(Running.LIMIT.toMillis());
                assertThat(thread.isAlive()).isFalse();
            }
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

    /** The second task counts on the worker of the first, which never comes: neither may be left to nobody. */
    @Test
    void threadThatCannotBeStartedFailsAllTasksThatCountedOnIt() throws Exception {
        AtomicReference<@Nullable TaskGroup<Integer>> opened = new AtomicReference<>();
        AtomicReference<@Nullable Task<Integer>> second = new AtomicReference<>();
        TaskGroup<Integer> group = TaskGroup.builder("no memory")
                .threads(1)
                .onFailure(FailurePolicy.KEEP_GOING)
                .threadFactory(task -> {
                    second.set(requireNonNull(opened.get()).submit(() -> 2));
                    throw new OutOfMemoryError("unable to create native thread, on purpose");
                })
                .open();
        opened.set(group);

        Task<Integer> first = group.submit(() -> 1);

        assertThat(first.state()).isEqualTo(Task.State.FAILED);
        assertThat(requireNonNull(second.get()).state()).isEqualTo(Task.State.FAILED);
        assertThatThrownBy(group::join).hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(group.balance()).isEqualTo(new TaskBalance(2, 0, 0, 0, 2, 0));
        group.close();
    }

    @Test
    void threadThatCannotBeStartedLeavesTheTasksOfOthersAlone() throws Exception {
        AtomicInteger threads = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.builder("one thread")
                .onFailure(FailurePolicy.KEEP_GOING)
                .threadFactory(task -> {
                    if (threads.incrementAndGet() > 1) {
                        throw new OutOfMemoryError("unable to create native thread, on purpose");
                    }
                    return new Thread(task);
                })
                .open()) {
            Task<Integer> first = group.submit(() -> {
                go.await();
                return 1;
            });
            awaitRunning(first);
            Task<Integer> second = group.submit(() -> 2);
            assertThat(second.state()).isEqualTo(Task.State.FAILED);
            go.countDown();
            assertThat(first.get()).isEqualTo(1);
            assertThatThrownBy(group::join).hasCauseInstanceOf(OutOfMemoryError.class);
        }
    }

    @Test
    void metersCountAndGoWithTheGroup() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (TaskGroup<Integer> group = TaskGroup.builder("watched")
                .threads(1)
                .onFailure(FailurePolicy.KEEP_GOING)
                .meterRegistry(registry)
                .open()) {
            Task<Integer> failing = group.submit(() -> {
                running.countDown();
                go.await();
                throw new IOException("on purpose");
            });
            group.submit(() -> 2).cancel();
            group.submit(() -> 3);
            running.await();
            assertThat(registry.get(TaskMeters.ACTIVE)
                            .tag("name", "watched")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            go.countDown();
            assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(group::join).isInstanceOf(TasksFailedException.class);
            assertThat(registry.get(TaskMeters.STARTED).functionCounter().count())
                    .isEqualTo(2);
            assertThat(registry.get(TaskMeters.FAILED).functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get(TaskMeters.CANCELLED).functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get(TaskMeters.ACTIVE).gauge().value()).isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
        TaskGroup.builder("watched").meterRegistry(registry).open().close();
    }

    @Test
    void settingsAreValidatedByName() {
        assertThatThrownBy(() -> TaskGroup.builder(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of the task group");
        assertThatThrownBy(() -> TaskGroup.builder("x").threads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads")
                .hasMessageContaining("is 0")
                .hasMessageContaining("1 and more");
        assertThatThrownBy(() -> TaskGroup.builder("x").grace(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grace")
                .hasMessageContaining("PT-1S");
    }

    private static void awaitRunning(Task<?> task) {
        Awaitility.await().atMost(Running.LIMIT).until(() -> task.state() == Task.State.RUNNING);
    }

    private static void awaitGo(CountDownLatch go) throws InterruptedException {
        go.await();
    }
}
