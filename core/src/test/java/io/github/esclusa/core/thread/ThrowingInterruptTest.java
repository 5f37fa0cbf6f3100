// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interrupt runs foreign code, the close of the channel its thread is blocked on, and that may throw. */
@Timeout(60)
class ThrowingInterruptTest {

    private static final int BLOCKED = 2;

    private final CountDownLatch blocked = new CountDownLatch(BLOCKED);

    /**
     * A channel whose close throws what {@link Thread#interrupt} lets through. It waits for that close and not for the
     * interrupted status alone: newer JDKs set the status before they look for the channel, so that a read which left
     * between the two would simply succeed.
     */
    private static final class BrokenChannel extends AbstractInterruptibleChannel {

        int read(CountDownLatch entered) throws IOException {
            try {
                begin();
                entered.countDown();
                while (isOpen()) {
                    LockSupport.park(this);
                }
                return 0;
            } finally {
                end(false);
            }
        }

        @Override
        protected void implCloseChannel() {
            throw new IllegalStateException("a broken close, on purpose");
        }
    }

    /** The worker whose task fails interrupts the others: what that throws must not be its own end. */
    @Test
    void interruptThatThrowsLosesNoWorkerAndCloseReturns() throws Exception {
        TaskGroup<Integer> group = TaskGroup.open("reading");
        Task<Integer> reader = group.submit(() -> new BrokenChannel().read(blocked));
        Task<Integer> waiter = group.submit(this::waitForNothing);
        group.submit(() -> {
            blocked.await();
            throw new IOException("on purpose");
        });

        assertThat(Running.run(group::close).failure())
                .isInstanceOf(TasksFailedException.class)
                .hasRootCauseMessage("on purpose");

        assertThat(reader.state()).isEqualTo(Task.State.CANCELLED);
        assertThat(waiter.state()).isEqualTo(Task.State.CANCELLED);
        assertThat(group.balance()).isEqualTo(new TaskBalance(3, 0, 0, 0, 1, 2));
    }

    @Test
    void interruptThatThrowsIsLoggedAndDoesNotReachWhoCancels() throws Exception {
        try (LogCapture log = LogCapture.of(Task.class);
                TaskGroup<Integer> group = TaskGroup.open("reading")) {
            Task<Integer> reader = group.submit(() -> new BrokenChannel().read(blocked));
            Task<Integer> waiter = group.submit(this::waitForNothing);
            blocked.await();

            assertThat(reader.cancel()).isTrue();
            group.cancel();

            assertThat(Running.run(waiter::get).failure()).hasMessageContaining("was cancelled");
            assertThat(log.lines()).singleElement().asString().contains("WARN", "task 1 of group 'reading'");
        }
    }

    @Test
    void interruptThatThrowsCostsAnInterruptedCloseNeitherItsFlagNorItsMeters() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        TaskGroup<Integer> group =
                TaskGroup.builder("reading").meterRegistry(registry).open();
        group.submit(() -> new BrokenChannel().read(blocked));
        group.submit(this::waitForNothing);
        blocked.await();
        Running<Boolean> closer = Running.call(() -> {
                    group.close();
                    return Thread.currentThread().isInterrupted();
                })
                .awaitParked();

        closer.interrupt();

        assertThat(closer.result()).isTrue();
        assertThat(group.balance()).isEqualTo(new TaskBalance(2, 0, 0, 0, 0, 2));
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void loggerThatThrowsTooChangesNothing() throws Exception {
        try (LogCapture log = LogCapture.broken(Task.class);
                TaskGroup<Integer> group = TaskGroup.open("reading")) {
            group.submit(() -> new BrokenChannel().read(blocked));
            group.submit(this::waitForNothing);
            blocked.await();
            group.cancel();
            assertThat(log.lines()).hasSize(1);
        }
    }

    private int waitForNothing() throws InterruptedException {
        blocked.countDown();
        new CountDownLatch(1).await();
        return 1;
    }
}
