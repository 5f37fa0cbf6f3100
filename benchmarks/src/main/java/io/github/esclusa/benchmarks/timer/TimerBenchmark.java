// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.timer;

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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time-outs as servers use them: each thread has 1,000 requests under way, and each answer cancels a time-out and makes another.
 * And timers that fire: 10,000 of them, a millisecond ahead, timed until the last has run; a burst lasts at least that millisecond.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TimerBenchmark {

    private static final int UNDER_WAY = 1_000;
    private static final int BURST = 10_000;

    /** Whose timers. */
    @Param({"esclusa", "executor", "wheel", "wheel-handing-over"})
    public String timers = "esclusa";

    private final Countdown countdown = new Countdown(BURST);

    private @Nullable Timing timing;

    /** Starts the timers. */
    @Setup(Level.Trial)
    public void start() {
        timing = switch (timers) {
            case "esclusa" -> EsclusaTiming.start(this::fired);
            case "executor" -> ExecutorTiming.start(this::fired);
            case "wheel" -> WheelTiming.start(this::fired);
            case "wheel-handing-over" -> WheelTiming.handingOver(this::fired);
            default -> throw new IllegalArgumentException(timers);
        };
    }

    /** Stops them. */
    @TearDown(Level.Trial)
    public void stop() throws Exception {
        timing().close();
    }

    /** One thread. */
    @Benchmark
    @Threads(1)
    public void cancelOne(Requests requests) {
        requests.answerNext(timing());
    }

    /** Two threads on the same timers. */
    @Benchmark
    @Threads(2)
    public void cancelTwo(Requests requests) {
        requests.answerNext(timing());
    }

    /** A burst, to its end. */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(BURST)
    public void fire() {
        Timing target = timing();
        for (int i = 0; i < BURST; i++) {
            target.fire();
        }
        countdown.awaitBurst();
    }

    private void fired() {
        countdown.consume(1);
    }

    private Timing timing() {
        return requireNonNull(timing);
    }

    /** One thread's requests under way. */
    @State(Scope.Thread)
    public static class Requests {

        private final Object[] timeOuts = new Object[UNDER_WAY];
        private int next;

        /** Sends them. */
        @Setup(Level.Trial)
        public void send(TimerBenchmark benchmark) {
            for (int i = 0; i < UNDER_WAY; i++) {
                timeOuts[i] = benchmark.timing().timeOut();
            }
        }

        void answerNext(Timing timing) {
            timing.cancel(timeOuts[next]);
            timeOuts[next] = timing.timeOut();
            next = next + 1 == UNDER_WAY ? 0 : next + 1;
        }
    }
}
