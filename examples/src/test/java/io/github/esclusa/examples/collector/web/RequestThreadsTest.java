// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who serves a request, and who is interrupted when. */
@Timeout(60)
class RequestThreadsTest {

    private static final Duration NEVER = Duration.ofDays(1);

    private final CountDownLatch hold = new CountDownLatch(1);
    private final BlockingQueue<String> seen = new ArrayBlockingQueue<>(10);

    @Test
    void aRequestTooManyIsCutShortOnTheCallersThreadWhichIsNotLeftInterrupted() throws Exception {
        try (RequestThreads threads = new RequestThreads("test", 1, 2, NEVER)) {
            threads.execute(this::untilHeldNoMore);
            threads.execute(this::untilHeldNoMore);
            Thread caller = Thread.currentThread();
            threads.execute(() -> seen.add(Thread.currentThread() == caller && caller.isInterrupted() ? "cut" : "not"));
            assertThat(seen.poll()).isEqualTo("cut");
            assertThat(caller.isInterrupted()).isFalse();

            hold.countDown();
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("served");
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("served");
        }
    }

    @Test
    void theLimitCountsTheTimeInTheQueue() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        try (RequestThreads threads = new RequestThreads("test", 1, 10, Duration.ofMillis(50))) {
            threads.execute(() -> {
                started.countDown();
                untilHeldNoMore();
            });
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 3; i++) {
                threads.execute(this::untilHeldNoMore);
            }
            for (int i = 0; i < 4; i++) {
                assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
            }
        }
    }

    @Test
    void anInterruptThatComesTooLateHitsNobody() {
        Turn over = new Turn(() -> seen.add("served"));
        over.serve();
        over.cutShort();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(seen.poll()).isEqualTo("served");
    }

    @Test
    void closeInterruptsWhoIsUnderWay() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        try (RequestThreads threads = new RequestThreads("test", 1, 10, NEVER)) {
            threads.execute(() -> {
                started.countDown();
                untilHeldNoMore();
            });
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }

    private void untilHeldNoMore() {
        try {
            hold.await();
            seen.add("served");
        } catch (InterruptedException e) {
            seen.add("interrupted");
        }
    }
}
