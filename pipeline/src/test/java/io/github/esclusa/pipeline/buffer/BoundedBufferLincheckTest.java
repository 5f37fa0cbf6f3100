// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The buffer of those who wait against a sequential specification: a queue, a line, and credit in messages and weight.
 *
 * <p>A message is its weight. What is answered later is checked with the call that answers: callbacks run on the thread
 * that gives credit back or closes, so what they heard there is part of that call's answer. Drop-oldest is not linearizable as
 * one step; {@link DropOldestLincheckTest} holds it to what is promised.
 */
@Timeout(300) // A watchdog: exploring hands over between threads at every step, which a busy machine makes slow.
class BoundedBufferLincheckTest {

    private static final int CAPACITY = 3;
    private static final int MAX_WEIGHT = 4;
    private static final int THREADS = 2;

    /** How many times the scenarios of an ordinary build: -Ptorture raises it. */
    private static final int EFFORT = Integer.getInteger("esclusa.lincheck.effort", 1);

    private static final Duration NO_WAIT = Duration.ofNanos(1);

    /** The operations on the real buffer. Each thread begins with a message in hand, so there is soon no room. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "weight", gen = IntGen.class, conf = "1:3")
    public static class Operations {

        /** What callbacks heard on this thread; they are called on whichever thread answers. */
        private static final ThreadLocal<List<String>> heard = ThreadLocal.withInitial(ArrayList::new);

        private final BoundedBuffer<Item> buffer =
                Buffers.buffer(CAPACITY, MAX_WEIGHT, Overflow.block(NO_WAIT), item -> {});
        private final List<Deque<Integer>> held = hands();

        public Operations() {
            for (int thread = 1; thread <= THREADS; thread++) {
                buffer.offer(new Item(0, 1));
                poll(thread);
            }
        }

        @Operation
        public Admission offer(@Param(name = "weight") int weight) {
            return buffer.offer(new Item(0, weight));
        }

        @Operation
        public Admission offerInLine(@Param(name = "weight") int weight) {
            return buffer.offer(new Item(0, weight), answer -> heard.get().add(weight + " " + answer));
        }

        /** With no time to wait it takes the long way, through the line and out of it. */
        @Operation
        public Admission put(@Param(name = "weight") int weight) throws InterruptedException {
            return buffer.put(new Item(0, weight));
        }

        @Operation
        public @Nullable Integer poll(@Param(name = "thread") int thread) {
            Item item = Buffers.poll(buffer);
            if (item == null) {
                return null;
            }
            held.get(thread).addLast((int) item.weight());
            return (int) item.weight();
        }

        @Operation
        public List<String> release(@Param(name = "thread") int thread) {
            heard.get().clear();
            Integer weight = held.get(thread).pollLast();
            if (weight != null) {
                buffer.release(1, weight);
            }
            return List.copyOf(heard.get());
        }

        @Operation(runOnce = true) // of two, one could close and the other call back
        public List<String> close() {
            heard.get().clear();
            buffer.close();
            buffer.announceClose();
            return List.copyOf(heard.get());
        }

        @Operation
        public int size() {
            return buffer.size();
        }
    }

    /** What they mean, one at a time. */
    @SuppressWarnings("unused") // Called by Lincheck, by name.
    public static class Specification {

        private final Deque<Integer> queue = new ArrayDeque<>();
        private final Deque<Integer> line = new ArrayDeque<>();
        private final List<Deque<Integer>> held = hands();
        private int used;
        private int usedWeight;
        private boolean closed;

        public Specification() {
            for (int thread = 1; thread <= THREADS; thread++) {
                offer(1);
                poll(thread);
            }
        }

        public Admission offer(int weight) {
            if (closed) {
                return Admission.CLOSED;
            }
            if (!line.isEmpty() || !fits(weight)) {
                return Admission.FULL;
            }
            admit(weight);
            return Admission.ACCEPTED;
        }

        public Admission offerInLine(int weight) {
            Admission answer = offer(weight);
            if (answer != Admission.FULL) {
                return answer;
            }
            line.addLast(weight);
            return Admission.WAITING;
        }

        public Admission put(int weight) {
            Admission answer = offer(weight);
            return answer == Admission.FULL ? Admission.TIMEOUT : answer;
        }

        public @Nullable Integer poll(int thread) {
            Integer weight = queue.pollFirst();
            if (weight != null) {
                held.get(thread).addLast(weight);
            }
            return weight;
        }

        public List<String> release(int thread) {
            Integer weight = held.get(thread).pollLast();
            if (weight == null) {
                return List.of();
            }
            used--;
            usedWeight -= weight;
            List<String> heard = new ArrayList<>();
            while (!line.isEmpty() && fits(line.getFirst())) {
                int admitted = line.removeFirst();
                admit(admitted);
                heard.add(admitted + " " + Admission.ACCEPTED);
            }
            return heard;
        }

        public List<String> close() {
            closed = true;
            List<String> heard =
                    line.stream().map(weight -> weight + " " + Admission.CLOSED).toList();
            line.clear();
            return heard;
        }

        public int size() {
            return queue.size();
        }

        private boolean fits(int weight) {
            return used < CAPACITY && usedWeight + weight <= MAX_WEIGHT;
        }

        private void admit(int weight) {
            queue.addLast(weight);
            used++;
            usedWeight += weight;
        }
    }

    /** By Lincheck's number of a thread, which begins with 1; 0 is for what comes before, the last for what comes after. */
    private static List<Deque<Integer>> hands() {
        List<Deque<Integer>> hands = new ArrayList<>();
        for (int i = 0; i < THREADS + 2; i++) {
            hands.add(new ArrayDeque<>());
        }
        return hands;
    }

    @Test
    void isLinearizableUnderModelChecking() {
        new ModelCheckingOptions()
                .iterations(8 * EFFORT)
                .invocationsPerIteration(15)
                .threads(THREADS)
                .actorsPerThread(4)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Specification.class)
                .check(Operations.class);
    }

    @Test
    void isLinearizableUnderStress() {
        new StressOptions()
                .iterations(20 * EFFORT)
                .invocationsPerIteration(50)
                .threads(THREADS)
                .actorsPerThread(4)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Specification.class)
                .check(Operations.class);
    }

    @Test
    void blockedProducerThatRacesAReleaseAndACloseIsAdmittedOrClosedNeverBoth() {
        Lincheck.runConcurrentTest(25 * EFFORT, () -> {
            BoundedBuffer<Item> buffer = Buffers.buffer(1, 1, Overflow.block(), item -> {});
            buffer.offer(Item.of(0));
            Buffers.poll(buffer);
            Admission[] answer = new Admission[1];
            Thread producer = new Thread(() -> answer[0] = put(buffer, Item.of(1)));
            Thread settler = new Thread(() -> buffer.release(1, 1));
            producer.start();
            settler.start();
            buffer.close(); // a producer that nobody answers hangs, and Lincheck reports the deadlock
            buffer.announceClose();
            Buffers.join(producer);
            Buffers.join(settler);
            Item out = Buffers.poll(buffer);
            boolean accepted = answer[0] == Admission.ACCEPTED;
            require(accepted || answer[0] == Admission.CLOSED, "answered " + answer[0]);
            require(accepted == (out != null), "answered " + answer[0] + " and " + out + " came out");
            require(buffer.used() == (accepted ? 1 : 0), "credit " + buffer.used());
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
}
