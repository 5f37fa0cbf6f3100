// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.Running;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interrupt runs foreign code, the close of the channel its thread is blocked on, and that may throw. */
@Timeout(60)
class ThrowingInterruptTest {

    private static final int WORKERS = 2;

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final CountDownLatch reading = new CountDownLatch(WORKERS);
    private final CountDownLatch interrupted = new CountDownLatch(WORKERS);
    private final CountDownLatch end = new CountDownLatch(1);
    private final Queue<Outcome> told = new ConcurrentLinkedQueue<>();

    private static final class BrokenChannel extends AbstractInterruptibleChannel {

        void read(CountDownLatch entered) throws IOException {
            try {
                begin();
                entered.countDown();
                while (isOpen()) {
                    LockSupport.park(this);
                }
            } finally {
                end(false);
            }
        }

        @Override
        protected void implCloseChannel() {
            throw new IllegalStateException("a broken close, on purpose");
        }
    }

    /** Each worker reads, and two messages wait. */
    private Pipeline<Integer> pipeline() throws InterruptedException {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("reading")
                .capacity(WORKERS + 2)
                .meterRegistry(registry)
                .onSettled(settlement -> told.add(settlement.outcome()))
                .closeTimeout(Duration.ofHours(1))
                .sink("read", this::read, stage -> stage.workers(WORKERS))
                .start();
        for (int i = 0; i < WORKERS + 2; i++) {
            accepted(pipeline.submit(i));
        }
        reading.await();
        return pipeline;
    }

    /** It holds its message until the test is over, so that a sweep finds it in hand. */
    private void read(int message) throws InterruptedException {
        try {
            new BrokenChannel().read(reading);
        } catch (IOException e) {
            interrupted.countDown();
            Thread.interrupted();
            end.await();
        }
    }

    @AfterEach
    void letTheWorkersEnd() {
        end.countDown();
    }

    @Test
    void everyWorkerIsInterruptedAndEveryMessageToldOf() throws Exception {
        DrainReport<Integer> report = pipeline().shutdown(Duration.ZERO);

        interrupted.await();
        assertThat(report.balanced()).isTrue();
        assertThat(told)
                .containsExactlyInAnyOrder(Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.RETURNED, Outcome.RETURNED);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void anInterruptedCloseKeepsItsFlagAndReturns() throws Exception {
        Pipeline<Integer> pipeline = pipeline();
        Running<Boolean> closer = Running.call(() -> {
                    pipeline.close();
                    return Thread.currentThread().isInterrupted();
                })
                .awaitParked();

        closer.thread().interrupt();

        assertThat(closer.result()).isTrue();
        interrupted.await();
        assertThat(told).hasSize(WORKERS + 2);
    }
}
