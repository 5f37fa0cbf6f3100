// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Admissible;
import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.buffer.BufferEvents;
import io.github.esclusa.pipeline.policy.Overflow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The buffers of the buffer's races, to which nobody listens. */
final class BuffersForStress {

    /** A message. */
    record Item(int id, long weight) implements Admissible {

        @Override
        public void admittedLate(long nowNanos) {}
    }

    private BuffersForStress() {}

    static <E extends Admissible> BoundedBuffer<E> buffer(int capacity, long maxWeight, Overflow overflow) {
        return new BoundedBuffer<>(capacity, maxWeight, capacity, overflow, Clock.system(), new Silent());
    }

    /** Takes the oldest queued message; {@code null} if none is queued. */
    static <E extends Admissible> @Nullable E poll(BoundedBuffer<E> buffer) {
        List<E> taken = new ArrayList<>(1);
        buffer.pollInto(taken, 1);
        return taken.isEmpty() ? null : taken.get(0);
    }

    private static final class Silent implements BufferEvents<Admissible> {

        @Override
        public void queued() {}

        @Override
        public void full() {}

        @Override
        public void dropped(Admissible element) {}

        @Override
        public void leftAfterClose() {}

        @Override
        public void heldBack(long nanos) {}

        @Override
        public void callbackFailed(Throwable thrown) {}
    }
}
