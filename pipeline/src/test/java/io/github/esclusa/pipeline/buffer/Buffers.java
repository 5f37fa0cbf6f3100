// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.policy.Overflow;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Buffers for Lincheck, with time that passes as it is looked at, and nobody to listen but the test. */
final class Buffers {

    private Buffers() {}

    static BoundedBuffer<Item> buffer(int capacity, int maxWeight, Overflow overflow, Consumer<Item> whenDropped) {
        return new BoundedBuffer<>(
                capacity, maxWeight, capacity, overflow, new PassingClock(), new DropsOnly(whenDropped));
    }

    /** Takes the oldest queued message; {@code null} if none is queued. */
    static @Nullable Item poll(BoundedBuffer<Item> buffer) {
        List<Item> taken = new ArrayList<>(1);
        buffer.pollInto(taken, 1);
        return taken.isEmpty() ? null : taken.get(0);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private record DropsOnly(Consumer<Item> whenDropped) implements BufferEvents<Item> {

        @Override
        public void queued() {}

        @Override
        public void full() {}

        @Override
        public void dropped(Item element) {
            whenDropped.accept(element);
        }

        @Override
        public void leftAfterClose() {}

        @Override
        public void heldBack(long nanos) {}

        @Override
        public void callbackFailed(Throwable thrown) {}
    }

    /** Each look at it takes a nanosecond, so that a wait for one is over at the first look. */
    private static final class PassingClock implements Clock {

        private final AtomicLong now = new AtomicLong();

        @Override
        public long nanoTime() {
            return now.incrementAndGet();
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The loop is the buffer's.
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            condition.await();
        }
    }
}
