// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Borrows from a pool of 2 and gives back at once: by one thread, by two that need not wait for one another, and by eight that
 * must.
 *
 * <p>Of the eight, the mean says how much gets through, and the sampled times how it is shared out. Esclusa and the two peers
 * marked {@code -fair} serve who came first, and pay a switch of threads for each hand-over; the others let a running thread
 * overtake those that wait.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PoolBenchmark {

    /** Whose pool. */
    @Param({"esclusa", "hikari", "commons", "commons-fair", "stormpot", "vibur", "vibur-fair"})
    public String pool = "esclusa";

    private @Nullable Borrowing borrowing;

    /** Opens the pool. */
    @Setup(Level.Trial)
    public void open() throws Exception {
        borrowing = switch (pool) {
            case "esclusa" -> EsclusaBorrowing.open();
            case "hikari" -> HikariBorrowing.open();
            case "commons" -> CommonsBorrowing.open(Order.BARGING);
            case "commons-fair" -> CommonsBorrowing.open(Order.FIRST_COME);
            case "stormpot" -> StormpotBorrowing.open();
            case "vibur" -> ViburBorrowing.open(Order.BARGING);
            case "vibur-fair" -> ViburBorrowing.open(Order.FIRST_COME);
            default -> throw new IllegalArgumentException(pool);
        };
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() throws Exception {
        requireNonNull(borrowing).close();
    }

    /** One thread, never in anybody's way. */
    @Benchmark
    @Threads(1)
    public void one(Blackhole user) throws Exception {
        requireNonNull(borrowing).borrow(user);
    }

    /** As many threads as resources. */
    @Benchmark
    @Threads(2)
    public void two(Blackhole user) throws Exception {
        requireNonNull(borrowing).borrow(user);
    }

    /** Four times as many threads as resources: nearly every one waits. */
    @Benchmark
    @Threads(8)
    @BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
    public void eight(Blackhole user) throws Exception {
        requireNonNull(borrowing).borrow(user);
    }
}
