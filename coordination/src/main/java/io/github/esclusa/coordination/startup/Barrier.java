// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A place where a number of threads wait for one another, and then all go on; again and again.
 *
 * <pre>{@code
 * Barrier barrier = Barrier.builder("workers").parties(3).whenAllHere(this::swapBuffers).build();
 * ...
 * barrier.await(Duration.ofSeconds(10));       // in each of the three
 * }</pre>
 *
 * <p><b>All or none.</b> Either every party of a round passes, or none does and each is told by a {@link BarrierBroken}
 * of its own who is to blame, why, and with what cause. The barrier breaks when a thread at it is out of time or
 * interrupted, when the action throws, when a party {@linkplain #fail says} that it cannot come, and by {@link #close}:
 * whoever waits learns of it at once, whoever comes later when it comes. The first of these decides.
 *
 * <p><b>Broken is for good.</b> There is no reset: some threads would take part in the round before it and some in the one
 * after, and neither the barrier nor its user could say which. Whoever goes on after a failure knows who takes part, and
 * builds another barrier for them.
 *
 * <p><b>The action</b> runs in the last thread to arrive, while the others wait, without a lock. Their time goes on: one
 * that is out of time or interrupted, or a {@link #close}, while the action runs breaks the barrier, and then the thread
 * that runs the action is told as well, when it has come back. Threads beyond the number of parties wait for the next
 * round. The action must not {@link #await} at its own barrier; it may {@link #fail} or {@link #close} it.
 *
 * <p><b>Memory.</b> What each party did before it arrived happens-before the action, which happens-before any of them
 * returns from {@link #await}. What was done before the barrier was broken by a thread happens-before the others are told.
 *
 * <p>The algorithm is that of {@link java.util.concurrent.CyclicBarrier}: each round has a generation object of its own,
 * which those who wait hold on to, so that none misses its trip because the next round begins at once. All methods may be
 * called by any thread. The number of parties is bounded by {@code int} alone.
 */
public final class Barrier implements AutoCloseable {

    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Generations generations;
    private final BarrierMetrics metrics;

    private Barrier(Builder builder, int parties) {
        this.generations = new Generations(builder.name, parties, builder.action, new EnduringClock(builder.clock));
        this.metrics = new BarrierMetrics(generations, builder.registry);
    }

    /**
     * Begins to build a barrier.
     *
     * @param name names it in metrics and messages; not blank
     * @return the builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Waits for the other parties, however long it takes: until they are here, or the barrier is broken.
     *
     * @return as {@link #await(Duration)}
     * @throws BarrierBroken as {@link #await(Duration)}
     * @throws InterruptedException as {@link #await(Duration)}
     * @throws IllegalStateException as {@link #await(Duration)}
     */
    @CanIgnoreReturnValue
    public int await() throws InterruptedException {
        return await(FOREVER);
    }

    /**
     * Waits for the other parties, up to a limit. If that passes first the barrier is broken, by this thread.
     *
     * @param timeout how long to wait, for the action as well; zero or negative to pass as the last party or break the
     *     barrier
     * @return how many parties of this round were here before: 0 for the first, {@code parties() - 1} for the last, which
     *     ran the action
     * @throws BarrierBroken if the barrier is broken, by this thread or another, before or while it waits
     * @throws InterruptedException if this thread is interrupted before all have passed, which breaks the barrier. If it
     *     was broken or has tripped before that, this thread is told so and stays interrupted
     * @throws IllegalStateException if called by this barrier's own action, for which it would wait
     */
    @CanIgnoreReturnValue
    public int await(Duration timeout) throws InterruptedException {
        given(timeout, "barrier", name(), "timeout given to await");
        long began = generations.clock.nanoTime();
        BarrierMetrics.@Nullable Outcome outcome = null; // and none, where the wait never began or something broke
        BarrierLog.arrives(name(), generations);
        try {
            Generations.Passage passage = generations.pass(timeout);
            outcome = passage.outcome();
            if (outcome != BarrierMetrics.Outcome.PASSED) {
                throw broken(passage.thrown());
            }
            return passage.order();
        } catch (InterruptedException e) {
            outcome = BarrierMetrics.Outcome.INTERRUPTED;
            throw e;
        } finally {
            record(outcome, began);
        }
    }

    /** Without memory nothing is recorded: whoever has passed has passed. */
    private void record(BarrierMetrics.@Nullable Outcome outcome, long began) {
        try {
            if (outcome != null) {
                metrics.waited(outcome, generations.clock.nanoTime() - began);
                BarrierLog.leaves(name(), outcome);
            }
            BarrierLog.clockFailed(name(), generations.clock.takeFailure());
        } catch (Throwable e) { // as much as a line of the log needs some
            return;
        }
    }

    /** What an action threw after its barrier had been broken by another is not lost. */
    private BarrierBroken broken(@Nullable Throwable thrown) {
        BarrierBroken broken = requireNonNull(generations.brokenException());
        if (thrown != null && thrown != broken.getCause()) {
            broken.addSuppressed(thrown);
        }
        return broken;
    }

    /**
     * Breaks the barrier for a party that cannot make it, so that the others need not wait for it in vain. Does nothing if
     * the barrier is broken already.
     *
     * @param cause why it cannot; the cause of everybody's {@link BarrierBroken}
     */
    public void fail(Throwable cause) {
        generations.breakBy(BarrierBroken.Reason.FAILED, given(cause, "barrier", name(), "cause given to fail"));
    }

    /**
     * Breaks the barrier, if it is not broken, and removes its meters. Those who wait at the barrier are told, not waited
     * for, and are on their way when this returns. Closing it again does nothing but wait up to 10 seconds for another
     * thread that is removing the meters.
     */
    @Override
    public void close() {
        generations.breakBy(BarrierBroken.Reason.CLOSED, null);
        metrics.close();
    }

    /**
     * The barrier's name.
     *
     * @return as given to the builder
     */
    public String name() {
        return generations.name;
    }

    /**
     * How many threads pass together.
     *
     * @return as given to the builder
     */
    public int parties() {
        return generations.parties;
    }

    /**
     * How many threads wait here.
     *
     * @return their number at this moment, without one that runs the action
     */
    public int waiting() {
        return generations.waiting();
    }

    /**
     * Where the barrier is.
     *
     * @return its state at this moment; once broken, always broken
     */
    public BarrierState state() {
        return generations.state();
    }

    @Override
    public String toString() {
        return "Barrier(" + name() + ", " + state() + ", " + waiting() + " of " + parties() + " waiting)";
    }

    /** Configures a barrier. Used by one thread. */
    public static final class Builder {

        private final String name;

        private @Nullable Integer parties;
        private @Nullable Runnable action;
        private @Nullable MeterRegistry registry;
        private Clock clock = Clock.system();

        private Builder(String name) {
            this.name = Limits.notBlank("the name of the barrier", name);
        }

        /**
         * How many threads wait for one another. Must be said.
         *
         * @param threads their number; at least 1
         * @return this
         * @throws IllegalArgumentException if it is less than 1
         */
        @CanIgnoreReturnValue
        public Builder parties(int threads) {
            if (threads < 1) {
                throw new IllegalArgumentException(
                        "barrier '" + name + "': parties is " + threads + ": it must be at least 1");
            }
            this.parties = threads;
            return this;
        }

        /**
         * What the last thread to arrive does before any of them goes on. The default is nothing.
         *
         * @param action the action; what it throws, an {@code Error} too, breaks the barrier
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder whenAllHere(Runnable action) {
            this.action = given(action, "barrier", name, "action given to whenAllHere");
            return this;
        }

        /**
         * Where the barrier's meters go, named in {@link BarrierMetrics}. The default is nowhere.
         *
         * @param registry the registry; {@code null} for none
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder meterRegistry(@Nullable MeterRegistry registry) {
            this.registry = registry;
            return this;
        }

        /**
         * What the barrier measures time on. The default is the machine's own clock, which also takes over from one that
         * throws.
         *
         * @param clock the clock
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder clock(Clock clock) {
            this.clock = given(clock, "barrier", name, "clock");
            return this;
        }

        /**
         * Makes the barrier.
         *
         * @return the barrier; close it when it is done with, so that its meters go
         * @throws IllegalStateException if the number of parties has not been said, or a live barrier of this name is in
         *     the meter registry
         */
        public Barrier build() {
            if (parties == null) {
                throw new IllegalStateException(
                        "barrier '" + name + "' does not know whom to wait for: say how many with parties(...)");
            }
            return new Barrier(this, parties);
        }
    }
}
