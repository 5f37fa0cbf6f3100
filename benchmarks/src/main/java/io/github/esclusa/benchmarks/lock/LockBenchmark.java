// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.lock;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.lock.InstrumentedLock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Takes a lock, counts, and releases it: by one thread, and by two that want nothing else. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LockBenchmark {

    /** The JDK's, ours with nobody watching, and ours with a registry. */
    @Param({"jdk", "esclusa", "esclusa-metered"})
    public String kind = "jdk";

    private @Nullable Lock lock;

    private long count;

    /** Makes the lock. */
    @Setup(Level.Trial)
    public void make() {
        lock = switch (kind) {
            case "jdk" -> new ReentrantLock();
            case "esclusa" -> InstrumentedLock.builder("benchmark").build();
            case "esclusa-metered" ->
                InstrumentedLock.builder("benchmark")
                        .meterRegistry(new SimpleMeterRegistry())
                        .build();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** One thread. */
    @Benchmark
    @Threads(1)
    public long one() {
        return count();
    }

    /** Two threads. */
    @Benchmark
    @Threads(2)
    public long two() {
        return count();
    }

    private long count() {
        Lock taken = requireNonNull(lock);
        taken.lock();
        try {
            return ++count;
        } finally {
            taken.unlock();
        }
    }
}
