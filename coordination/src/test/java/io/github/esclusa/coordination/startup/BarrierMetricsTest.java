// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.time.ManualClock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meters of a barrier: what they show, and that they go with it. */
@Timeout(60)
class BarrierMetricsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final CountDownLatch acting = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);
    private final Barrier.Builder builder =
            Barrier.builder("workers").parties(2).clock(clock).meterRegistry(registry);

    private double gauge(String name) {
        return registry.get(name).tag("name", "workers").gauge().value();
    }

    private double state(String state) {
        return registry.get("esclusa.barrier.state").tag("state", state).gauge().value();
    }

    private Timer wait(String outcome) {
        return registry.get("esclusa.barrier.wait").tag("outcome", outcome).timer();
    }

    private Background<Integer> arrive(Barrier barrier, Duration timeout) throws InterruptedException {
        var party = Background.call(() -> barrier.await(timeout));
        clock.awaitWaiters(1, LONG);
        return party;
    }

    @Test
    void metersShowWhatTheBarrierIsDoing() throws Exception {
        Barrier barrier = builder.whenAllHere(() -> {
                    acting.countDown();
                    Journal.awaitStubbornly(let);
                })
                .build();
        assertThat(state("gathering")).isEqualTo(1);
        assertThat(gauge("esclusa.barrier.pending")).isEqualTo(2);
        var first = arrive(barrier, LONG);
        assertThat(gauge("esclusa.barrier.pending")).isEqualTo(1);
        assertThat(gauge("esclusa.barrier.waiting")).isEqualTo(1);
        clock.advance(Duration.ofSeconds(3));

        var last = Background.call(() -> barrier.await(LONG));
        acting.await();
        assertThat(state("acting")).isEqualTo(1);
        assertThat(gauge("esclusa.barrier.pending")).isZero();
        let.countDown();
        first.get();
        last.get();

        assertThat(state("gathering")).isEqualTo(1);
        assertThat(gauge("esclusa.barrier.waiting")).isZero();
        assertThat(wait("passed").count()).isEqualTo(2);
        assertThat(wait("passed").totalTime(TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(wait("passed").takeSnapshot().histogramCounts()).hasSize(13);
        barrier.fail(new Exception("no"));
        assertThat(state("broken")).isEqualTo(1);
        assertThat(gauge("esclusa.barrier.pending")).isZero();
        barrier.close();
    }

    @Test
    void waitsAreTimedByTheirOutcome() throws Exception {
        Barrier barrier = builder.parties(3).build();
        var patient = arrive(barrier, LONG);
        var hasty = Background.call(() -> barrier.await(Duration.ofSeconds(2)));
        clock.awaitWaiters(2, LONG);
        clock.advance(Duration.ofSeconds(2));
        assertThat(hasty.failure()).isInstanceOf(BarrierBroken.class);
        assertThat(patient.failure()).isInstanceOf(BarrierBroken.class);
        assertThat(wait("timeout").count()).isEqualTo(1);
        assertThat(wait("timeout").totalTime(TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(wait("broken").count()).isEqualTo(1);
        barrier.close();

        try (Barrier next = builder.build()) {
            var interrupted = arrive(next, LONG);
            interrupted.interrupt();
            assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
            assertThat(wait("interrupted").count()).isEqualTo(1);
        }
    }

    @Test
    void aCallThatNeverWaitedIsNoWait() {
        AtomicReference<Barrier> own = new AtomicReference<>();
        try (Barrier barrier = builder.parties(1)
                .whenAllHere(() -> assertThatIllegalStateException()
                        .isThrownBy(() -> requireNonNull(own.get()).await(LONG)))
                .build()) {
            own.set(barrier);
            assertThatCode(() -> barrier.await(LONG)).doesNotThrowAnyException();
            assertThat(wait("passed").count()).isEqualTo(1);
            assertThat(registry.find("esclusa.barrier.wait").timers().stream()
                            .mapToLong(Timer::count)
                            .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    void metersGoWithTheBarrierAndItsNameIsFree() {
        Barrier barrier = builder.build();
        assertThatIllegalStateException()
                .isThrownBy(builder::build)
                .withMessageContaining("barrier 'workers': another of this name is live");

        barrier.close();

        assertThat(registry.getMeters()).isEmpty();
        Barrier successor = builder.build();
        barrier.close(); // late: must not take the successor's meters
        assertThat(state("gathering")).isEqualTo(1);
        successor.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    /** A gauge that dies with its object. */
    @Test
    void gaugesOutliveTheLastReferenceToTheBarrier() {
        var forgotten = new WeakReference<>(builder.build());

        await().until(() -> {
            System.gc();
            return forgotten.refersTo(null);
        });

        assertThat(state("gathering")).isEqualTo(1);
        assertThat(gauge("esclusa.barrier.pending")).isEqualTo(2);
        assertThat(gauge("esclusa.barrier.waiting")).isZero();
    }

    @Test
    void registryThatThrowsBreaksNothing() throws Exception {
        MeterRegistry throwing = new SimpleMeterRegistry() {
            @Override
            public Meter remove(Meter meter) {
                throw new AssertionError("on purpose");
            }
        };
        throwing.config().onMeterAdded(meter -> {
            throw new IllegalStateException("on purpose");
        });
        Barrier barrier =
                Barrier.builder("workers").parties(1).meterRegistry(throwing).build();

        assertThat(barrier.await(LONG)).isZero();
        barrier.close();
    }
}
