// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks;

import static java.util.Objects.requireNonNull;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.pipeline.Pipeline;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One producer hands messages to one consumer through a bound of 1,024, blocking when it is full: a burst of 10,000, timed until
 * the last has been consumed. The peers have no credit, no settlement and no shutdown that balances; what that costs is what
 * this shows.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class HandOffBenchmark {

    private static final int BURST = 10_000;
    private static final int CAPACITY = 1024;

    /** Who hands off: {@code single} and {@code batch} are Esclusa's sinks, the others its peers. */
    @Param({"single", "batch", "queue", "disruptor"})
    public String through = "single";

    private @Nullable HandOff handOff;

    private final Countdown countdown = new Countdown();

    /** Takes messages to the consumer. */
    interface HandOff {
        void send(Long message) throws InterruptedException;

        void close() throws InterruptedException;
    }

    /** Counts what the one consumer consumes, and parks the producer until the burst is through. */
    static final class Countdown {
        private long consumed;
        private volatile long published;

        void consume(int messages) {
            consumed += messages;
            if (consumed % BURST == 0) {
                published = consumed;
            }
        }

        void awaitMultiple(long target) {
            while (published < target) {
                Thread.onSpinWait();
            }
        }
    }

    private long sent;

    /** Starts the consumer. */
    @Setup(Level.Trial)
    public void start() {
        handOff = switch (through) {
            case "single" ->
                pipeline(Pipeline.<Long>builder("benchmark")
                        .capacity(CAPACITY)
                        .sink("count", message -> countdown.consume(1))
                        .start());
            case "batch" ->
                pipeline(Pipeline.<Long>builder("benchmark")
                        .capacity(CAPACITY)
                        .batch(256, Duration.ZERO)
                        .sink("count", batch -> countdown.consume(batch.size()))
                        .start());
            case "queue" -> queue();
            case "disruptor" -> disruptor();
            default -> throw new IllegalArgumentException(through);
        };
    }

    /** Stops the consumer. */
    @TearDown(Level.Trial)
    public void stop() throws InterruptedException {
        requireNonNull(handOff).close();
    }

    /** A burst, to its end. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void burst() throws InterruptedException {
        HandOff target = requireNonNull(handOff);
        for (int i = 0; i < BURST; i++) {
            target.send((long) i);
        }
        sent += BURST;
        countdown.awaitMultiple(sent);
    }

    private static HandOff pipeline(Pipeline<Long> pipeline) {
        return new HandOff() {
            @Override
            public void send(Long message) throws InterruptedException {
                if (!pipeline.submit(message).accepted()) {
                    throw new IllegalStateException("refused");
                }
            }

            @Override
            public void close() throws InterruptedException {
                pipeline.shutdown(Duration.ofSeconds(10));
            }
        };
    }

    private HandOff queue() {
        ArrayBlockingQueue<Long> queue = new ArrayBlockingQueue<>(CAPACITY);
        Thread consumer = NamedThreads.daemon("queue").newThread(() -> {
            try {
                while (true) {
                    if (queue.take() < 0) {
                        return;
                    }
                    countdown.consume(1);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        consumer.start();
        return new HandOff() {
            @Override
            public void send(Long message) throws InterruptedException {
                queue.put(message);
            }

            @Override
            public void close() throws InterruptedException {
                queue.put(-1L);
                consumer.join();
            }
        };
    }

    /** A slot of the ring. */
    private static final class Slot {
        @Nullable
        Long message;
    }

    private HandOff disruptor() {
        Disruptor<Slot> disruptor = new Disruptor<>(
                Slot::new, CAPACITY, NamedThreads.daemon("disruptor"), ProducerType.SINGLE, new BlockingWaitStrategy());
        disruptor.handleEventsWith((slot, sequence, endOfBatch) -> {
            slot.message = null;
            countdown.consume(1);
        });
        disruptor.start();
        return new HandOff() {
            @Override
            public void send(Long message) {
                disruptor.getRingBuffer().publishEvent((slot, sequence) -> slot.message = message);
            }

            @Override
            public void close() {
                disruptor.shutdown();
            }
        };
    }
}
