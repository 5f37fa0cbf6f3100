// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.pipeline.policy.Overflow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A buffer that drops the oldest, held to what is promised of it. An offer that drops is two steps, and not linearizable as
 * one: what is compared with a specification is that the bound holds whenever anybody looks. The rest is asked of the
 * {@link Passages} in the end: whatever the buffer took has been handed out, was dropped and told, or is still queued, and it
 * went as it came, the oldest first, by either way.
 */
@Timeout(300) // A watchdog: exploring hands over between threads at every step, which a busy machine makes slow.
class DropOldestLincheckTest {

    private static final int CAPACITY = 3;
    private static final int MAX_WEIGHT = 4;
    private static final int THREADS = 2;

    /** How many times the scenarios of an ordinary build: -Ptorture raises it. */
    private static final int EFFORT = Integer.getInteger("esclusa.lincheck.effort", 1);

    /** The operations on the real buffer. It holds a light and a heavier message, and has room for one more that is light. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "weight", gen = IntGen.class, conf = "1:2")
    public static class Operations {

        private final Passages passages = new Passages();
        private final BoundedBuffer<Item> buffer =
                Buffers.buffer(CAPACITY, MAX_WEIGHT, Overflow.dropOldest(), passages::dropped);
        private final List<Deque<Item>> held = new ArrayList<>();

        public Operations() {
            for (int i = 0; i < THREADS + 2; i++) {
                held.add(new ArrayDeque<>());
            }
            offer(1);
            offer(2);
        }

        @Operation
        public boolean offer(@Param(name = "weight") int weight) {
            Item item = passages.offering(weight);
            passages.answered(item, buffer.offer(item));
            return boundHolds();
        }

        @Operation
        public boolean poll(@Param(name = "thread") int thread) {
            int began = passages.tick();
            Item item = Buffers.poll(buffer);
            if (item != null) {
                passages.polled(item, began);
                held.get(thread).addLast(item);
            }
            return boundHolds();
        }

        @Operation
        public boolean release(@Param(name = "thread") int thread) {
            Item item = held.get(thread).pollLast();
            if (item != null) {
                buffer.release(1, item.weight());
            }
            return boundHolds();
        }

        @Operation
        public boolean close() {
            buffer.close();
            buffer.announceClose();
            return boundHolds();
        }

        private boolean boundHolds() {
            return buffer.used() <= CAPACITY && buffer.usedWeight() <= MAX_WEIGHT;
        }

        @Validate
        public void nothingIsLostAndTheOldestGoesFirst() {
            buffer.close();
            buffer.announceClose();
            buffer.abort();
            int inside = buffer.left().size();
            passages.left(buffer.left());
            passages.requireEachToEndOnce(buffer.admitted(), buffer.dropped());
            passages.requireOldestFirst();
            passages.requireRoomToBeMade();
            long weight = weight(buffer.left());
            for (Deque<Item> hand : held) {
                inside += hand.size();
                weight += weight(hand);
            }
            require(buffer.used() == inside, "credit for " + buffer.used() + ", there are " + inside);
            require(
                    buffer.usedWeight() == weight,
                    "credit for a weight of " + buffer.usedWeight() + ", it is " + weight);
            require(buffer.leaving() == 0, buffer.leaving() + " are still leaving");
        }

        private static long weight(Iterable<Item> items) {
            long weight = 0;
            for (Item item : items) {
                weight += item.weight();
            }
            return weight;
        }
    }

    /** The bound holds, whatever happens. */
    @SuppressWarnings("unused") // Called by Lincheck, by name.
    public static class Specification {

        public boolean offer(int weight) {
            return true;
        }

        public boolean poll(int thread) {
            return true;
        }

        public boolean release(int thread) {
            return true;
        }

        public boolean close() {
            return true;
        }
    }

    @Test
    void boundHoldsAndTheOldestGoesFirstUnderModelChecking() {
        check(new ModelCheckingOptions().iterations(5 * EFFORT).invocationsPerIteration(25));
    }

    @Test
    void boundHoldsAndTheOldestGoesFirstUnderStress() {
        check(new StressOptions().iterations(10 * EFFORT).invocationsPerIteration(50));
    }

    /** The heavy one counts on room that is free besides what it evicts; the light one may want it while the lock is free. */
    @Test
    void heavyMessageThatEvictsALighterOneKeepsTheRoomItNeeds() {
        Lincheck.runConcurrentTest(50 * EFFORT, () -> {
            BoundedBuffer<Item> buffer = Buffers.buffer(8, 10, Overflow.dropOldest(), item -> {});
            buffer.offer(new Item(0, 2));
            buffer.offer(new Item(1, 7));
            Thread light = new Thread(() -> buffer.offer(new Item(2, 1)));
            light.start();
            buffer.offer(new Item(3, 3));
            Buffers.join(light);
            if (buffer.usedWeight() > 10) {
                throw new AssertionError("the bound is 10, it weighs " + buffer.usedWeight());
            }
        });
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static void check(Options<?, ?> budget) {
        budget.threads(THREADS)
                .actorsPerThread(3)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Specification.class)
                .check(Operations.class);
    }
}
