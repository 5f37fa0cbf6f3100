// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    void threadsCarryTheGroupsNameAndKind() throws Exception {
        try (TaskGroup<String> group =
                TaskGroup.builder("fetch").threads(ThreadKind.DAEMON).open()) {
            group.submit(() -> Thread.currentThread().getName() + " "
                    + Thread.currentThread().isDaemon());
            assertThat(group.join()).containsExactly("fetch-1 true");
        }
    }

    @Test
    void runsOnVirtualThreadsWhereTheJvmHasThem() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        try (TaskGroup<Boolean> group =
                TaskGroup.builder("virtual").threads(ThreadKind.VIRTUAL).open()) {
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
    void errorOfATaskLeavesItsThreadToTheNext() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TaskGroup<Integer> group = TaskGroup.builder("errors")
                .threads(1)
                .onFailure(FailurePolicy.KEEP_GOING)
                .open();
        Task<Integer> failing = group.submit(() -> {
            awaitGo(go);
            throw new StackOverflowError("on purpose");
        });
        Task<Integer> next = group.submit(() -> 2);
        go.countDown();
        assertThatThrownBy(failing::get).hasCauseInstanceOf(StackOverflowError.class);
        assertThat(next.get()).isEqualTo(2);
        group.close();
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
                    .hasMessageContaining("task 1 on thread 'slow-1'")
                    .hasMessageContaining(", from " + TaskGroupTest.class.getName() + ".awaitGo(");
            assertThat(((StillRunningException) failure).running())
                    .singleElement()
                    .satisfies(task -> {
                        assertThat(task.number()).isEqualTo(1);
                        assertThat(task.thread()).isEqualTo("slow-1");
                        assertThat(task.state()).isEqualTo(Thread.State.WAITING);
                        assertThat(task.stack()).anySatisfy(frame -> assertThat(frame.getMethodName())
                                .isEqualTo("awaitGo"));
                    });
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
            assertThat(registry.get(TaskMetrics.ACTIVE)
                            .tag("name", "watched")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            go.countDown();
            assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(group::join).isInstanceOf(TasksFailedException.class);
            assertThat(registry.get(TaskMetrics.STARTED).functionCounter().count())
                    .isEqualTo(2);
            assertThat(registry.get(TaskMetrics.FAILED).functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get(TaskMetrics.CANCELLED).functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get(TaskMetrics.ACTIVE).gauge().value()).isZero();
        }
        assertThat(registry.getMeters()).isEmpty();
        TaskGroup.builder("watched").meterRegistry(registry).open().close();
    }

    /** The gauge keeps the group: what is collected shows in an object of the same age. */
    @Test
    void gaugeDoesNotDieWithItsGroup() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        TaskGroup.builder("dropped").meterRegistry(registry).open();
        WeakReference<Object> sameAge = new WeakReference<>(new Object());
        Awaitility.await().atMost(Running.LIMIT).until(() -> {
            System.gc();
            return sameAge.get() == null;
        });
        assertThat(registry.get(TaskMetrics.ACTIVE).gauge().value()).isZero();
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
