// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.lock;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.lock.Guarded;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
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

/** Replaces a value by one computed from it, under a lock: by one thread, and by two that want nothing else. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GuardedBenchmark {

    /** A lock and a field written by hand, ours with nobody watching, and ours with a registry. */
    @Param({"by-hand", "esclusa", "esclusa-metered"})
    public String kind = "by-hand";

    private @Nullable Value value;

    /** What is updated. */
    interface Value {
        Long update(Guarded.Updater<Long, RuntimeException> change);
    }

    /** Makes the value. */
    @Setup(Level.Trial)
    public void make() {
        value = switch (kind) {
            case "by-hand" -> new ByHand();
            case "esclusa" -> Guarded.named("benchmark", 0L)::update;
            case "esclusa-metered" ->
                Guarded.builder("benchmark")
                        .meterRegistry(new SimpleMeterRegistry())
                        .guard(0L)::update;
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** One thread. */
    @Benchmark
    @Threads(1)
    public Long one() {
        return requireNonNull(value).update(n -> n + 1);
    }

    /** Two threads. */
    @Benchmark
    @Threads(2)
    public Long two() {
        return requireNonNull(value).update(n -> n + 1);
    }

    private static final class ByHand implements Value {

        private final ReentrantLock lock = new ReentrantLock();

        @GuardedBy("lock")
        private Long value = 0L;

        @Override
        public Long update(Guarded.Updater<Long, RuntimeException> change) {
            lock.lock();
            try {
                value = change.update(value);
                return value;
            } finally {
                lock.unlock();
            }
        }
    }
}
