// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static io.github.esclusa.core.waiting.Given.given;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A set of timers that share a name, a thread that keeps the time, and an executor that runs the callbacks.
 *
 * <pre>{@code
 * try (Timers timers = Timers.builder("sessions").workers(2).start()) {
 *     Timer idle = timers.after(Duration.ofSeconds(30), session::expire);
 *     idle.reset();        // RESET or TOO_LATE
 *     idle.cancel();       // CANCELLED, RUNNING, FIRED or ALREADY_CANCELLED
 * }
 * }</pre>
 *
 * <p>A callback never begins before its moment, and runs on the executor, so that a slow one delays no other as long as
 * the executor has a thread left. What it throws, {@code Error}s included, is counted and logged and ends nothing: a
 * periodic timer goes on. Runs of one periodic timer never overlap.
 *
 * <p>The number of pending timers is bounded. A cancelled timer leaves memory at once; an executor of the caller's may
 * keep one that was due, without its callback, until it comes to it. With nothing pending, or nothing due, the threads
 * here sleep and use no processor time.
 *
 * <p>Every timer accepted is settled exactly once, and {@link #balance()} adds up at any moment: see {@link TimerState}.
 * {@link #close()} hands back what has not begun; a callback that had not begun when close was called never does.
 *
 * <p>All methods may be called from any thread, from inside callbacks too. {@link Timer} describes memory effects; in
 * addition, actions in callbacks happen-before the return of a {@link #shutdown} whose report is terminated, except in
 * those settled as unknown.
 */
public final class Timers implements AutoCloseable {

    private final TimerEngine engine;
    private final Duration closeTimeout;

    private Timers(TimerEngine engine, Duration closeTimeout) {
        this.engine = engine;
        this.closeTimeout = closeTimeout;
    }

    /**
     * Begins to build timers.
     *
     * @param name what they are called in threads, meters, log lines and exceptions
     * @return a builder with defaults for everything else
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Runs a callback once.
     *
     * @param delay how long from now; zero or negative means at once, and a delay too long for the clock (about 146
     *     years) never comes
     * @param callback what to run
     * @return the timer's handle
     * @throws TimersFullException if as many timers as allowed are pending
     * @throws java.util.concurrent.RejectedExecutionException if these timers have been closed, or have failed
     */
    @CanIgnoreReturnValue
    public Timer after(Duration delay, Runnable callback) {
        return engine.schedule(
                Cadence.once(given(delay, "timers", engine.name(), "delay")),
                given(callback, "timers", engine.name(), "callback"));
    }

    /**
     * Runs a callback again and again, each time so long after the last run has ended, until it is cancelled.
     *
     * @param initial how long from now to the first run; zero or negative means at once
     * @param delay how long from the end of a run to the next; longer than zero
     * @param callback what to run
     * @return the timer's handle
     * @throws IllegalArgumentException if {@code delay} is not longer than zero
     * @throws TimersFullException if as many timers as allowed are pending
     * @throws java.util.concurrent.RejectedExecutionException if these timers have been closed, or have failed
     */
    @CanIgnoreReturnValue
    public Timer withFixedDelay(Duration initial, Duration delay, Runnable callback) {
        return engine.schedule(
                Cadence.fixedDelay(
                        given(initial, "timers", engine.name(), "initial delay"),
                        given(delay, "timers", engine.name(), "delay")),
                given(callback, "timers", engine.name(), "callback"));
    }

    /**
     * Runs a callback again and again at points a period apart, until it is cancelled.
     *
     * <p>A run that is still waiting or under way when further points come makes up for them once: as soon as it has
     * ended, the callback runs for the latest of them, and then keeps to the points again. So a callback that is now and
     * then too slow loses little, one that is always too slow runs without a pause, and no stall, however long, is
     * followed by a burst. Each point that came too early is counted as an overrun.
     *
     * @param initial how long from now to the first point; zero or negative means at once
     * @param period how long from one point to the next; longer than zero
     * @param callback what to run
     * @return the timer's handle
     * @throws IllegalArgumentException if {@code period} is not longer than zero
     * @throws TimersFullException if as many timers as allowed are pending
     * @throws java.util.concurrent.RejectedExecutionException if these timers have been closed, or have failed
     */
    @CanIgnoreReturnValue
    public Timer atFixedRate(Duration initial, Duration period, Runnable callback) {
        return engine.schedule(
                Cadence.fixedRate(
                        given(initial, "timers", engine.name(), "initial delay"),
                        given(period, "timers", engine.name(), "period")),
                given(callback, "timers", engine.name(), "callback"));
    }

    /**
     * Where every timer is, at one moment.
     *
     * @return the counts; they add up while the timers are in use, and stay as they are once terminated
     */
    public TimerBalance balance() {
        return engine.balance();
    }

    /**
     * Closes: refuses further timers, hands back those that have not begun, and waits for callbacks that are running,
     * which are not interrupted. Those that have not come back at the deadline are settled as
     * {@linkplain TimerState#UNKNOWN unknown}. Meters and worker threads go when all has ended.
     *
     * <p>Called again, or by several threads, it waits for the same end; the first deadline to expire decides. Called
     * from inside a callback it does not wait: the last callback to end completes the shutdown.
     *
     * @param timeout how long to wait for running callbacks; zero or negative means not at all
     * @return what it has come to
     * @throws InterruptedException if the calling thread is interrupted while it waits; the timers are closed all the
     *     same, and the last callback to end completes the shutdown
     */
    @CanIgnoreReturnValue
    public TimersReport shutdown(Duration timeout) throws InterruptedException {
        return engine.shutdown(given(timeout, "timers", engine.name(), "timeout given to shutdown"));
    }

    /**
     * As {@link #shutdown} with the builder's {@code closeTimeout}. If the calling thread is interrupted it stops waiting
     * and leaves the thread interrupted. Closing what is closed does nothing but wait for the same end.
     */
    @Override
    public void close() {
        try {
            TimersReport report = shutdown(closeTimeout);
            if (!report.stuckThreads().isEmpty()) {
                engine.log().closedWithCallbacksRunning(report, closeTimeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "Timers(" + engine.name() + ", " + balance() + ")";
    }

    /** Configures timers; not for use by several threads at once. */
    public static final class Builder {

        private final TimersConfig.Draft draft;

        private Builder(String name) {
            this.draft = new TimersConfig.Draft(name);
        }

        /**
         * Runs the callbacks on an executor of the caller's, which stays the caller's to shut down. It must not run them
         * on the calling thread, block in {@code execute}, or drop silently what it has accepted; it may refuse.
         *
         * @param executor where callbacks run
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder executor(Executor executor) {
            draft.executor = given(executor, "timers", draft.name, "executor");
            return this;
        }

        /**
         * Runs the callbacks on threads of the timers' own, made on demand. Without it, and without an executor, there
         * are up to 2.
         *
         * @param threads how many at most; at least 1
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder workers(int threads) {
            draft.workers = threads;
            return this;
        }

        /**
         * Chooses what the worker threads are. The timing thread is a platform thread in any case, and a daemon unless
         * {@link ThreadKind#PLATFORM} is chosen. Without it they are daemons: timers alone keep no process alive.
         *
         * @param kind the kind of thread
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder threads(ThreadKind kind) {
            draft.threadKind = given(kind, "timers", draft.name, "kind of their threads");
            return this;
        }

        /**
         * Bounds the pending timers. Without it they are 100,000.
         *
         * @param timers how many may be pending; at least 1
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder maxPending(int timers) {
            draft.maxPending = timers;
            return this;
        }

        /**
         * Bounds how long {@link Timers#close()} waits for running callbacks. Without it, 10 seconds.
         *
         * @param timeout the longest wait; zero means none
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder closeTimeout(Duration timeout) {
            draft.closeTimeout = given(timeout, "timers", draft.name, "closeTimeout");
            return this;
        }

        /**
         * Takes the time from another clock than the machine's, in tests.
         *
         * @param clock the clock
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder clock(Clock clock) {
            draft.clock = given(clock, "timers", draft.name, "clock");
            return this;
        }

        /**
         * Publishes meters, named in {@link TimerMetrics}. Without it there are none.
         *
         * @param registry where they go; {@code null} for none
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder meterRegistry(@Nullable MeterRegistry registry) {
            draft.meterRegistry = registry;
            return this;
        }

        /**
         * Starts the timers.
         *
         * @return the timers; close them when they are done with
         * @throws IllegalArgumentException if a setting is out of its range, or two contradict each other
         * @throws IllegalStateException if live timers of this name publish to the same meter registry
         * @throws UnsupportedOperationException if virtual threads are asked for and the running JVM has none
         */
        public Timers start() {
            TimersConfig config = draft.validated();
            return new Timers(config.startEngine(), config.closeTimeout());
        }
    }
}
