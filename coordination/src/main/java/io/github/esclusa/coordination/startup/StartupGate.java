// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static io.github.esclusa.core.waiting.Given.given;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts the components of a process together and opens when all of them are ready; if one fails, closes the rest and
 * says who it was. Stops them in the reverse order.
 *
 * <pre>{@code
 * var gate = StartupGate.builder("collector");
 * Component<Database> db = gate.component("database", () -> Database.open(url));
 * gate.component("listener", () -> Listener.bind(port, db.get())).after(db).timeout(Duration.ofSeconds(10));
 * try (StartupGate started = gate.start(Duration.ofSeconds(30))) {
 *     serveUntilToldToStop();
 * }
 * }</pre>
 *
 * <p><b>Start.</b> Each factory runs in a thread of its own, {@code <gate>-start-<component>}, as soon as what the
 * component starts {@linkplain Component#after after} is ready; those that do not need one another start at the same
 * time. A component is ready when its factory has returned it.
 *
 * <p><b>Failure.</b> The first failure decides: a factory that throws (an {@code Error} too) or returns {@code null}, a
 * component's timeout, that of the whole start, an interrupt of the starting thread. From that moment nothing is started
 * any more, whoever waits is told, factories still running are interrupted, and what is ready is closed as by
 * {@link #stop}, within the {@linkplain Builder#stopTimeout stop timeout}. {@link #start} returns after that. A factory
 * that comes back with a component even later, having ignored its interrupt, is not waited for; its component is closed
 * when it arrives.
 *
 * <p><b>Stop.</b> A component is closed when all that started after it are closed; those that do not need one another
 * are closed at the same time, each in a thread of its own, {@code <gate>-stop-<component>}. A {@code close()} that
 * throws is reported and hinders no other. One that hangs is interrupted, reported with its stack, and waited for no
 * longer: at the deadline, or when nine tenths of the time left at its beginning are over if components it needs are
 * still to be closed, which they then are, although it has not come back. {@code close()} is called exactly once on
 * every component that a factory returned. At the deadline itself whatever is left is begun, and
 * neither waited for nor interrupted.
 *
 * <p><b>Memory.</b> What a factory does happens-before the factories of components that start after it, before
 * {@link #start} and {@link #awaitReady} return, and before the component's {@code close()}. What a {@code close()} does
 * happens-before the {@code close()} of what it needs (unless it hung) and before {@link #stop} returns.
 *
 * <p>All methods may be called by any thread; {@link #stop}, {@link #awaitReady} and a second {@link #start} not by a
 * component's own factory or {@code close()}, for which they would have to wait.
 */
public final class StartupGate implements AutoCloseable {

    private final Duration stopTimeout;

    private final Board board;
    private final Starting starting;
    private final Teardown teardown;
    private final GateMetrics metrics;
    private final GateLog log;

    private StartupGate(Builder builder) {
        this.stopTimeout = builder.stopTimeout;
        this.board = new Board(builder.name, Plan.of(builder.name, builder.components.values()), builder.clock);
        ThreadFactory factory = builder.threadFactory == null
                ? NamedThreads.of(builder.threads, builder.name + "-gate")
                : builder.threadFactory;
        GateThreads gateThreads = new GateThreads(builder.name, factory);
        this.log = new GateLog(builder.name);
        this.metrics = GateMetrics.open(board, builder.registry);
        this.teardown = new Teardown(stopTimeout, board, gateThreads, metrics, log);
        this.starting = new Starting(board, teardown, gateThreads, log);
    }

    /**
     * Begins to declare a gate.
     *
     * @param name names the gate in threads, metrics, messages; not blank
     * @return the builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Starts all components, and waits until all are ready or one has failed and what had started is closed again.
     *
     * @param timeout how long starting may take; positive. A failed start takes up to the
     *     {@linkplain Builder#stopTimeout stop timeout} more, for the rollback, and up to 10 seconds more for a meter
     *     registry that hangs at removing the gate's meters
     * @throws StartupFailed if the gate did not become ready: names the culprit; or if it was stopped first
     * @throws InterruptedException if the calling thread is interrupted before all are ready; what had started is closed
     *     again, as after a failure
     * @throws IllegalStateException if this gate was started before
     */
    public void start(Duration timeout) throws InterruptedException {
        Limits.positive("gate '" + name() + "': start timeout", timeout);
        board.new2Starting();
        long began = board.clock.nanoTime();
        board.waiting.incrementAndGet();
        try {
            if (!starting.run(timeout)) {
                board.awaitEndUninterruptibly();
                throw board.startupFailed();
            }
        } catch (InterruptedException e) {
            board.awaitEndUninterruptibly();
            throw e;
        } finally {
            board.waiting.decrementAndGet();
            log.clockFailed(board.clock.takeFailure());
        }
        long took = board.clock.nanoTime() - began;
        metrics.waited(GateMetrics.Outcome.READY, took); // any other outcome is the leading thread's to record
        log.ready(board.plan.slots().size(), took);
    }

    /**
     * Waits until all components are ready: for threads other than the one that starts, none of which may work before
     * all is there.
     *
     * @param timeout how long to wait; zero or negative to look only
     * @return {@code true} if the gate is ready; {@code false} if the time passed and it is still undecided
     * @throws StartupFailed if it did not become ready, or has been stopped since: at once, not after the rollback
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called by one of the gate's own components, for which it would wait
     */
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        given(timeout, "gate", name(), "timeout given to awaitReady");
        GateState now = board.state();
        if (now != GateState.READY) {
            refuseOwnThread("awaitReady");
            now = awaitDecided(Deadline.after(timeout, board.clock));
        }
        return switch (now) {
            case READY -> true;
            case NEW, STARTING -> false;
            case STOPPING, STOPPED, FAILED -> throw board.startupFailed();
        };
    }

    private GateState awaitDecided(Deadline deadline) throws InterruptedException {
        long began = board.clock.nanoTime();
        GateMetrics.Outcome outcome = GateMetrics.Outcome.INTERRUPTED;
        log.waits();
        board.waiting.incrementAndGet();
        try {
            GateState decided = board.awaitDecided(deadline);
            outcome = switch (decided) {
                case READY -> GateMetrics.Outcome.READY;
                case NEW, STARTING -> GateMetrics.Outcome.TIMEOUT;
                case STOPPING, STOPPED -> GateMetrics.Outcome.STOPPED;
                case FAILED -> GateMetrics.Outcome.FAILED;
            };
            return decided;
        } finally {
            board.waiting.decrementAndGet();
            metrics.waited(outcome, board.clock.nanoTime() - began);
        }
    }

    /**
     * Closes all components in reverse order and waits for it. While the gate is starting, ends that, and
     * {@link #start} throws {@link StartupFailed}. After a failure, waits for the rollback. All calls, at the same time
     * or later, return the same report; the shortest deadline among them counts, so that a second, shorter stop hurries
     * the first.
     *
     * @param timeout how long closing may take; zero or negative to call every {@code close()} and wait for none. A meter
     *     registry that hangs at removing the gate's meters is waited for up to 10 seconds more, and so is a close that hangs
     *     in the leading thread, because the system had no other
     * @return what became of each component
     * @throws InterruptedException if the calling thread is interrupted; closing goes on, and its report can be had by
     *     another call
     * @throws IllegalStateException if called by one of the gate's own components, for which it would wait; nothing is
     *     stopped then
     */
    @CanIgnoreReturnValue
    public StopReport stop(Duration timeout) throws InterruptedException {
        given(timeout, "gate", name(), "timeout given to stop");
        refuseOwnThread("stop");
        teardown.stop(timeout);
        board.awaitEnd();
        return board.report();
    }

    /**
     * Stops as by {@link #stop} with the {@linkplain Builder#stopTimeout stop timeout}; what went wrong is in the log.
     * A meter registry that hangs is waited for as there. An interrupt does not cut it short, and is kept for the caller to
     * see. Called by one of the gate's own components, or by a listener of the meter registry that hears of the gate's end,
     * begins to stop and does not wait.
     */
    @Override
    public void close() {
        boolean own = board.isOwnThread();
        teardown.stop(stopTimeout);
        if (!own) {
            board.awaitEndUninterruptibly();
        }
    }

    /**
     * The gate's name.
     *
     * @return as given to the builder
     */
    public String name() {
        return board.name;
    }

    /**
     * Where the gate is in its life.
     *
     * @return its state at this moment
     */
    public GateState state() {
        return board.state();
    }

    /**
     * Whether all components are ready and nobody has begun to stop them. Once it was {@code true} and is no longer, it
     * never is again.
     *
     * @return {@code true} if the state is {@link GateState#READY}
     */
    public boolean isReady() {
        return board.state() == GateState.READY;
    }

    /**
     * How each component stands: for a health page.
     *
     * @return one for each component, in the order of declaration, all of the same moment
     */
    public List<ComponentStatus> components() {
        return board.status();
    }

    private void refuseOwnThread(String call) {
        if (board.isOwnThread()) {
            throw new IllegalStateException(call + "() of gate '" + name()
                    + "' was called by one of its own components, or by what its own end calls, for which it waits:"
                    + " call it from another thread");
        }
    }

    @Override
    public String toString() {
        return "StartupGate(" + name() + ", " + state() + ")";
    }

    /** Declares a gate. Used by one thread, for one gate. */
    public static final class Builder {

        private final String name;
        private final Map<String, Component<?>> components = new LinkedHashMap<>();

        private Duration stopTimeout = Duration.ofMinutes(1);
        private ThreadKind threads = ThreadKind.DAEMON;
        private Clock clock = Clock.system();
        private @Nullable MeterRegistry registry;
        private @Nullable ThreadFactory threadFactory;
        private boolean built;

        private Builder(String name) {
            this.name = Limits.notBlank("the name of the gate", name);
        }

        /**
         * Declares a component.
         *
         * @param <T> what it is
         * @param name names it in threads, metrics, messages; not blank, unique in the gate
         * @param factory starts it; called at most once, in a thread of its own. It may wait, and should answer an
         *     interrupt by ending; what it has opened when it throws is its own to close
         * @return the component, to say what it needs and for others to reach it
         * @throws IllegalArgumentException if the name is blank or taken
         * @throws IllegalStateException if the gate has been built
         */
        public <T extends AutoCloseable> Component<T> component(String name, Callable<? extends T> factory) {
            requireOpen("component");
            Limits.notBlank("the name of a component of gate '" + this.name + "'", name);
            Component<T> component = new Component<>(this, name, factory);
            if (components.putIfAbsent(name, component) != null) {
                throw new IllegalArgumentException(
                        "gate '" + this.name + "' has a component '" + name + "' already: give this one another name");
            }
            return component;
        }

        /**
         * How long the rollback of a failed start and {@link StartupGate#close} may take. The default is a minute. It is
         * to be longer than the closes of the components take, one after the other where they depend: a pipeline's
         * {@code close()} drains for up to half a minute unless told otherwise, and is interrupted, which ends it at once, when
         * its share of this is over.
         *
         * @param timeout the limit; positive
         * @return this
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder stopTimeout(Duration timeout) {
            this.stopTimeout = Limits.positive("gate '" + name + "': stopTimeout", timeout);
            return this;
        }

        /**
         * What the threads are that run the factories and the closes. The default, {@link ThreadKind#DAEMON}, lets the
         * process end although one of them hangs. Threads made by a factory with {@code new Thread} inherit it.
         *
         * @param kind platform, daemon or virtual
         * @return this
         */
        public Builder threads(ThreadKind kind) {
            this.threads = given(kind, "gate", name, "kind of its threads");
            return this;
        }

        /**
         * Where the gate's meters go, named in {@link GateMetrics}. The default is nowhere.
         *
         * @param registry the registry; {@code null} for none
         * @return this
         */
        public Builder meterRegistry(@Nullable MeterRegistry registry) {
            this.registry = registry;
            return this;
        }

        /**
         * What the gate measures time on. The default is the machine's own clock, which also takes over from one that
         * throws.
         *
         * @param clock the clock
         * @return this
         */
        public Builder clock(Clock clock) {
            this.clock = given(clock, "gate", name, "clock");
            return this;
        }

        /** For tests: a system that has no more threads. */
        Builder threadFactory(ThreadFactory factory) {
            this.threadFactory = factory;
            return this;
        }

        /**
         * Makes the gate, not yet started: for those who want to show its state or wait at it before it starts.
         *
         * @return the gate; stop it even if it is never started, so that its meters go
         * @throws IllegalArgumentException if components wait for each other in a circle; the message shows it
         * @throws IllegalStateException if this builder has built a gate already, or a live gate of this name is in the
         *     meter registry
         * @throws UnsupportedOperationException if virtual threads are asked for and the running JVM has none
         */
        public StartupGate build() {
            requireOpen("build");
            StartupGate gate = new StartupGate(this);
            built = true;
            return gate;
        }

        /**
         * Builds the gate and starts it: {@link #build}, then {@link StartupGate#start}.
         *
         * @param timeout how long starting may take; positive
         * @return the gate, ready
         * @throws StartupFailed if the gate did not become ready: names the culprit
         * @throws InterruptedException if the calling thread is interrupted before all are ready; what had started is
         *     closed again
         * @throws IllegalArgumentException as {@link #build}, or if the timeout is not positive
         */
        public StartupGate start(Duration timeout) throws InterruptedException {
            Limits.positive("gate '" + name + "': start timeout", timeout);
            StartupGate gate = build();
            gate.start(timeout);
            return gate;
        }

        String name() {
            return name;
        }

        void requireOpen(String call) {
            if (built) {
                throw new IllegalStateException(
                        call + "() was called on the builder of gate '" + name + "', which has been built already");
            }
        }
    }
}
