// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.handoff;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.benchmarks.Countdown;
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
 * One producer hands messages to one consumer through a bound of 1,024, waiting when it is full: a burst of 10,000, timed until
 * the last has been consumed. The peers have no credit, no settlement and no shutdown that balances; what that costs is what
 * this shows.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HandOffBenchmark {

    private static final int BURST = 10_000;
    private static final int CAPACITY = 1024;
    private static final int BATCH = 256;

    /** Who hands off: {@code esclusa} one by one and in batches, and its peers. */
    @Param({"esclusa", "esclusa-batch", "queue", "queue-batch", "disruptor"})
    public String through = "esclusa";

    private final Long[] messages = new Long[BURST];
    private final Countdown countdown = new Countdown(BURST);

    private @Nullable HandOff handOff;

    /** Starts the consumer; makes the messages, so that their making is not measured. */
    @Setup(Level.Trial)
    public void start() {
        for (int i = 0; i < BURST; i++) {
            messages[i] = (long) i;
        }
        handOff = switch (through) {
            case "esclusa" -> PipelineHandOff.single(CAPACITY, countdown);
            case "esclusa-batch" -> PipelineHandOff.batch(CAPACITY, BATCH, countdown);
            case "queue" -> QueueHandOff.start(CAPACITY, 1, countdown);
            case "queue-batch" -> QueueHandOff.start(CAPACITY, BATCH, countdown);
            case "disruptor" -> DisruptorHandOff.start(CAPACITY, countdown);
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
        for (Long message : messages) {
            target.send(message);
        }
        countdown.awaitBurst();
    }
}
