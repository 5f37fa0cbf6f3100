// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.lock;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

/**
 * How the owner of a lock should publish what others read of it: the three writes that an uncontended acquire and release of an
 * {@code InstrumentedLock} make (a count, and the turn twice), made in each way that could be chosen. Decides
 * {@code docs/adr/0004}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LockBooksBenchmark {

    /**
     * None; plain writes, which others might never see; release writes; volatile writes; and, for scale, release writes and
     * the clock read twice to time every hold.
     */
    @Param({"none", "plain", "release", "volatile", "release-and-clock"})
    public String writes = "none";

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong acquisitions = new AtomicLong();
    private final AtomicLong turn = new AtomicLong();

    /** Written under the lock. */
    private long sinceNanos;

    /** Written under the lock. */
    private long heldNanos;

    private @Nullable Books books;

    /** The owner's writes. */
    interface Books {
        void acquired();

        /** Answers what it wrote, so that no write is idle. */
        long releasing();
    }

    /** Chooses them. */
    @Setup(Level.Trial)
    public void choose() {
        books = switch (writes) {
            case "none" -> new None();
            case "plain" -> new Plain();
            case "release" -> new Release();
            case "volatile" -> new Volatile();
            case "release-and-clock" -> new ReleaseAndClock();
            default -> throw new IllegalArgumentException(writes);
        };
    }

    /** One thread. */
    @Benchmark
    @Threads(1)
    public long one() {
        return takeAndRelease();
    }

    /** Two threads. */
    @Benchmark
    @Threads(2)
    public long two() {
        return takeAndRelease();
    }

    private long takeAndRelease() {
        Books kept = requireNonNull(books);
        lock.lock();
        try {
            kept.acquired();
            return kept.releasing();
        } finally {
            lock.unlock();
        }
    }

    private static final class None implements Books {

        @Override
        public void acquired() {
            // No books.
        }

        @Override
        public long releasing() {
            return 0;
        }
    }

    private final class Plain implements Books {

        @Override
        public void acquired() {
            acquisitions.setPlain(acquisitions.getPlain() + 1);
            turn.setPlain(turn.getPlain() + 1);
        }

        @Override
        public long releasing() {
            long free = turn.getPlain() + 1;
            turn.setPlain(free);
            return free;
        }
    }

    private final class Release implements Books {

        @Override
        public void acquired() {
            acquisitions.setRelease(acquisitions.getPlain() + 1);
            turn.setRelease(turn.getPlain() + 1);
        }

        @Override
        public long releasing() {
            long free = turn.getPlain() + 1;
            turn.setRelease(free);
            return free;
        }
    }

    private final class Volatile implements Books {

        @Override
        public void acquired() {
            acquisitions.set(acquisitions.getPlain() + 1);
            turn.set(turn.getPlain() + 1);
        }

        @Override
        public long releasing() {
            long free = turn.getPlain() + 1;
            turn.set(free);
            return free;
        }
    }

    private final class ReleaseAndClock implements Books {

        @Override
        public void acquired() {
            acquisitions.setRelease(acquisitions.getPlain() + 1);
            turn.setRelease(turn.getPlain() + 1);
            sinceNanos = System.nanoTime();
        }

        @Override
        public long releasing() {
            heldNanos += System.nanoTime() - sinceNanos;
            turn.setRelease(turn.getPlain() + 1);
            return heldNanos;
        }
    }
}
