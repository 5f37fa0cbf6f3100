// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The two sides of the race between a cancel and the end of its task, each put where it hurts, without luck. */
@Timeout(60)
class TaskInterruptTest {

    /** The cancel has seen the task run, and is held up until the task's code has returned. */
    @Test
    void interruptThatComesAfterTheCodeHasReturnedReachesNobody() {
        TaskGroup<Integer> group = TaskGroup.open("late");
        WaitLock lock = new WaitLock();
        Task<Integer> task = new Task<>(group, lock, 1, () -> 1);
        lock.lock();
        try {
            task.queuedToRunning();
        } finally {
            lock.unlock();
        }
        task.interruptRunner();
        assertThat(Thread.interrupted()).as("while it runs").isTrue();

        task.runnerLeft();
        task.interruptRunner();

        assertThat(Thread.interrupted()).as("after it has returned").isFalse();
        group.close();
    }

    /** The cancel is in the middle of its interrupt when the code returns: the thread waits for it before it goes on. */
    @Test
    void threadDoesNotTakeTheNextTaskWhileItIsBeingInterrupted() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupting = new CountDownLatch(1);
        CountDownLatch finishInterrupt = new CountDownLatch(1);
        AtomicBoolean leave = new AtomicBoolean();
        AtomicBoolean nextBegan = new AtomicBoolean();
        AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
        try (TaskGroup<Boolean> group = TaskGroup.builder("slow interrupt")
                .threads(1)
                .threadFactory(work -> {
                    Thread thread = new Thread(work, "slow-interrupt") {
                        @Override
                        public void interrupt() {
                            interrupting.countDown();
                            awaitQuietly(finishInterrupt);
                            super.interrupt();
                        }
                    };
                    worker.set(thread);
                    return thread;
                })
                .open()) {
            Task<Boolean> victim = group.submit(() -> {
                running.countDown();
                while (!leave.get()) {
                    Thread.onSpinWait();
                }
                return true;
            });
            Task<Boolean> next = group.submit(() -> {
                nextBegan.set(true);
                return Thread.currentThread().isInterrupted();
            });
            running.await();
            Running<Boolean> canceller = Running.call(victim::cancel);
            interrupting.await();

            leave.set(true);
            Thread thread = requireNonNull(worker.get());
            Awaitility.await()
                    .atMost(Running.LIMIT)
                    .until(() -> nextBegan.get() || thread.getState() == Thread.State.WAITING);
            assertThat(nextBegan).isFalse();
            finishInterrupt.countDown();

            assertThat(canceller.result()).isTrue();
            assertThat(next.get()).isFalse();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
