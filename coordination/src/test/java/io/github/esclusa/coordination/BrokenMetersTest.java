// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.metrics.Recording;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.noop.NoopTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A meter that throws at every recording, and a registry that throws at every removal: one warning for each component. */
@Timeout(60)
class BrokenMetersTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final AtomicInteger recordings = new AtomicInteger();

    private final MeterRegistry broken = new SimpleMeterRegistry() {
        @Override
        protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
            return new NoopTimer(id) {
                @Override
                public void record(long amount, TimeUnit unit) {
                    recordings.incrementAndGet();
                    throw new AssertionError("a broken meter, on purpose");
                }
            };
        }

        @Override
        public Meter remove(Meter meter) {
            throw new AssertionError("a broken registry, on purpose");
        }
    };

    private final Logger logger = (Logger) LoggerFactory.getLogger(Recording.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    @Test
    void poolWarnsOnceAndLendsOn() throws Exception {
        ResourcePool<Object> pool = ResourcePool.<Object>builder("orders")
                .create(Object::new)
                .max(1)
                .meterRegistry(broken)
                .open();
        for (int i = 0; i < 3; i++) {
            try (Lease<Object> lease = pool.acquire(LONG)) {
                assertThat(lease.get()).isNotNull();
            }
        }
        pool.shutdown(LONG);
        warnedOnceOf("pool 'orders'");
    }

    @Test
    void timersWarnOnceAndFireOn() throws Exception {
        CountDownLatch fired = new CountDownLatch(3);
        try (Timers timers =
                Timers.builder("orders").workers(1).meterRegistry(broken).start()) {
            for (int i = 0; i < 3; i++) {
                timers.after(Duration.ZERO, fired::countDown);
            }
            assertThat(fired.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        warnedOnceOf("timers 'orders'");
    }

    @Test
    void gateWarnsOnceAndStarts() throws Exception {
        StartupGate.Builder builder = StartupGate.builder("orders").meterRegistry(broken);
        builder.component("part", () -> () -> {});
        StartupGate gate = builder.start(LONG);
        gate.awaitReady(LONG);
        gate.awaitReady(LONG);
        assertThat(gate.stop(LONG).clean()).isTrue();
        warnedOnceOf("gate 'orders'");
    }

    private void warnedOnceOf(String component) {
        Awaitility.await().until(() -> !lines.list.isEmpty()); // a pool's own thread may be about to write it
        assertThat(recordings.get()).isBetween(1, 2); // two threads may both be at it before the first has failed
        assertThat(lines.list)
                .singleElement()
                .extracting(ILoggingEvent::toString)
                .asString()
                .contains("[WARN] recording failed for " + component);
    }
}
