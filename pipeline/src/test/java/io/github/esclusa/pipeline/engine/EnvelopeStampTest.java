// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.buffer.BufferEvents;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Times count from admission: neither a batch's linger nor the wait in the queue takes in what a producer was held back. */
class EnvelopeStampTest {

    private static final long SECOND = 1_000_000_000L;

    private final ManualClock clock = new ManualClock(1);

    @Test
    void oneAdmittedAtOnceKeepsTheStampOfItsSubmission() {
        BoundedBuffer<Envelope> buffer = buffer(Overflow.block());
        Envelope envelope = stamped(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(buffer.offer(envelope)).isEqualTo(Admission.ACCEPTED);
        assertThat(clock.nanoTime() - envelope.queuedNanos).isEqualTo(SECOND);
        assertThat(clock.nanoTime() - envelope.sampledNanos).isEqualTo(SECOND);
    }

    @Test
    void oneAdmittedFromTheLineIsStampedWhenThereIsRoom() {
        BoundedBuffer<Envelope> buffer = buffer(Overflow.block());
        buffer.offer(stamped(1));
        Envelope inLine = stamped(2);
        assertThat(buffer.offer(inLine, answer -> {})).isEqualTo(Admission.WAITING);
        clock.advance(Duration.ofSeconds(7));
        buffer.pollInto(new ArrayList<>(1), 1);
        buffer.release(1, 0);
        assertThat(inLine.queuedNanos).isEqualTo(clock.nanoTime());
        assertThat(inLine.sampledNanos).isEqualTo(clock.nanoTime());
    }

    @Test
    void oneThatTookAnotherPlaceIsStampedWhenTheListenerHasHeard() {
        BoundedBuffer<Envelope> buffer = buffer(Overflow.dropOldest());
        buffer.offer(stamped(1));
        Envelope newcomer = stamped(2); // the listener below takes its time
        assertThat(buffer.offer(newcomer)).isEqualTo(Admission.ACCEPTED);
        assertThat(newcomer.queuedNanos).isEqualTo(clock.nanoTime());
    }

    @Test
    void oneWhoseAdmissionCouldNotBeTimedIsNoSampleAndLingersFromItsSubmission() {
        Envelope envelope = stamped(1);
        long submitted = envelope.queuedNanos;
        envelope.admittedLate(Reading.NONE);
        assertThat(envelope.sampledNanos).isZero();
        assertThat(envelope.queuedNanos).isEqualTo(submitted);
    }

    @Test
    void oneThatIsNotSampledStaysSo() {
        Envelope envelope = Envelopes.of(1);
        envelope.admittedLate(5);
        assertThat(envelope.sampledNanos).isZero();
        Envelope sampled = stamped(1);
        sampled.admittedLate(0);
        assertThat(sampled.sampledNanos).isEqualTo(1);
    }

    private Envelope stamped(Object input) {
        Envelope envelope = Envelopes.of(input);
        envelope.sampledNanos = clock.nanoTime();
        envelope.queuedNanos = clock.nanoTime();
        return envelope;
    }

    private BoundedBuffer<Envelope> buffer(Overflow overflow) {
        return new BoundedBuffer<>(1, Long.MAX_VALUE, 1, overflow, clock, new BufferEvents<>() {
            @Override
            public void queued() {}

            @Override
            public void full() {}

            @Override
            public void dropped(Envelope element) {
                clock.advance(Duration.ofSeconds(3));
            }

            @Override
            public void leftAfterClose() {}

            @Override
            public void heldBack(long nanos) {}

            @Override
            public void callbackFailed(Throwable thrown) {}
        });
    }
}
