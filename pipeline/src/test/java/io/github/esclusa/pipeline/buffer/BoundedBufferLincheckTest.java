// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The buffer against itself on one thread, and what must hold of it, in the interleavings Lincheck chooses. */
@Timeout(180)
class BoundedBufferLincheckTest {

    /**
     * A buffer of three, two of which are in hand already. What gives credit back is run once, so that each release has
     * a message to go with it; dropping is left out here, since it is two steps by contract.
     */
    public static class Operations {

        private final BoundedBuffer<Item> buffer = buffer(3, Overflow.block());

        public Operations() {
            buffer.offer(Item.of(100));
            buffer.offer(Item.of(101));
            buffer.poll();
            buffer.poll();
        }

        @Operation
        public Admission offer(@Param(gen = IntGen.class, conf = "1:3") int id) {
            return buffer.offer(Item.of(id));
        }

        @Operation
        public Admission offerInLine(@Param(gen = IntGen.class, conf = "1:3") int id) {
            return buffer.offer(Item.of(id), answer -> {});
        }

        @Operation
        public @Nullable Integer poll() {
            Item item = buffer.poll();
            return item == null ? null : item.id();
        }

        @Operation(runOnce = true)
        public void releaseOne() {
            buffer.release(1, 1);
        }

        @Operation(runOnce = true)
        public void releaseAnother() {
            buffer.release(1, 1);
        }

        @Operation(runOnce = true)
        public void close() {
            buffer.close();
            buffer.announceClose();
        }

        @Operation
        public int size() {
            return buffer.size();
        }
    }

    private static BoundedBuffer<Item> buffer(int capacity, Overflow overflow) {
        return new BoundedBuffer<>(capacity, Long.MAX_VALUE, overflow, new StoppedClock(), new Silent());
    }

    @Test
    void isLinearizableUnderModelChecking() {
        new ModelCheckingOptions()
                .iterations(2)
                .invocationsPerIteration(50)
                .threads(2)
                .actorsPerThread(3)
                .check(Operations.class);
    }

    @Test
    void isLinearizableUnderStress() {
        new StressOptions()
                .iterations(2)
                .invocationsPerIteration(200)
                .threads(3)
                .actorsPerThread(2)
                .check(Operations.class);
    }

    @Test
    void blockedProducerThatRacesAReleaseAndACloseIsAdmittedOrClosedNeverBoth() {
        Lincheck.runConcurrentTest(25, () -> {
            BoundedBuffer<Item> buffer = buffer(1, Overflow.block());
            buffer.offer(Item.of(0));
            buffer.poll();
            Admission[] answer = new Admission[1];
            Thread producer = new Thread(() -> answer[0] = put(buffer, Item.of(1)));
            Thread settler = new Thread(() -> buffer.release(1, 1));
            producer.start();
            settler.start();
            buffer.close(); // a producer that nobody answers hangs, and Lincheck reports the deadlock
            buffer.announceClose();
            join(producer);
            join(settler);
            Item out = buffer.poll();
            boolean accepted = answer[0] == Admission.ACCEPTED;
            require(accepted || answer[0] == Admission.CLOSED, "answered " + answer[0]);
            require(accepted == (out != null), "answered " + answer[0] + " and " + out + " came out");
            require(buffer.used() == (accepted ? 1 : 0), "credit " + buffer.used());
        });
    }

    @Test
    void twoThatDropTheOldestAndOneThatPollsLoseNothing() {
        Lincheck.runConcurrentTest(25, () -> {
            Silent events = new Silent();
            BoundedBuffer<Item> buffer = new BoundedBuffer<>(2, 4, Overflow.dropOldest(), new StoppedClock(), events);
            buffer.offer(new Item(0, 1));
            buffer.offer(new Item(1, 2));
            int[] accepted = {2, 0};
            int[] polled = new int[1];
            Thread other =
                    new Thread(() -> accepted[1] += buffer.offer(new Item(2, 3)).accepted() ? 1 : 0);
            Thread consumer = new Thread(() -> {
                Item item = buffer.poll();
                if (item != null) {
                    polled[0]++;
                    buffer.release(1, item.weight());
                }
            });
            other.start();
            consumer.start();
            accepted[0] += buffer.offer(new Item(3, 1)).accepted() ? 1 : 0;
            require(buffer.usedWeight() <= 4, "weighs " + buffer.usedWeight());
            join(other);
            join(consumer);
            int in = accepted[0] + accepted[1];
            require(buffer.usedWeight() <= 4 && buffer.used() <= 2, "bound broken: " + buffer.usedWeight());
            buffer.close();
            buffer.announceClose();
            buffer.abort();
            int left = buffer.left().size();
            require(buffer.admitted() == in, "admitted " + buffer.admitted() + ", accepted " + in);
            require(in == polled[0] + buffer.dropped() + left, in + " in, " + polled[0] + "+" + left + " out");
        });
    }

    private static Admission put(BoundedBuffer<Item> buffer, Item item) {
        try {
            return buffer.put(item);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Silent implements BufferEvents<Item> {
        @Override
        public void queued() {}

        @Override
        public void dropped(Item element) {}

        @Override
        public void leftAfterClose() {}

        @Override
        public void heldBack(long nanos) {}

        @Override
        public void callbackFailed(Throwable thrown) {}
    }

    private static final class StoppedClock implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The loop is the buffer's.
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            condition.await();
        }
    }
}
