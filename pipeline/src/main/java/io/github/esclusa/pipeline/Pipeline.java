// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.stream.Collectors.joining;

import com.google.errorprone.annotations.CheckReturnValue;
import io.github.esclusa.pipeline.engine.Engine;
import io.github.esclusa.pipeline.engine.InletCore;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded pipeline: messages come in through inlets, go through stages, and are delivered to a sink.
 *
 * <p>Whatever is accepted is settled exactly once, as one of {@link Outcome}; whatever is not accepted stays in the
 * caller's hands, with an answer that says why. Capacity bounds what is accepted and not yet settled, wherever it is.
 *
 * <pre>{@code
 * Pipeline<byte[]> ingest = Pipeline.<byte[]>builder("syslog")
 *         .capacity(10_000)
 *         .whenFull(Overflow.block(Duration.ofMillis(50)))
 *         .map("parse", Syslog::parse, stage -> stage.workers(2))
 *         .batch(500, Duration.ofMillis(20))
 *         .sink("store", store::insertAll)
 *         .start();
 * }</pre>
 *
 * <p>Order: a stage with one worker keeps the order of arrival within each inlet, retries included; inlets are served in
 * turn. Stages with several workers promise none. A pipeline's threads are named {@code <pipeline>-<stage>-<n>}, and
 * {@code <pipeline>-close-<n>} the one that tells callbacks and the listener of a shutdown.
 *
 * <p>A pipeline runs until it is shut down. Shutting down refuses new messages, wakes every submitter that waits, works
 * off what has been accepted, stage by stage, and answers with a balance. Every method may be called by any thread.
 *
 * @param <T> the type of message it takes in
 */
public final class Pipeline<T> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

    private final String name;
    private final Duration closeTimeout;

    private final Engine engine;
    private final Map<String, Inlet<T>> inlets = new LinkedHashMap<>();
    private final Inlet<T> main;

    private final AtomicBoolean warned = new AtomicBoolean();

    Pipeline(String name, Duration closeTimeout, Engine engine) {
        this.name = name;
        this.closeTimeout = closeTimeout;
        this.engine = engine;
        for (InletCore core : engine.inlets()) {
            inlets.put(core.name(), new Inlet<>(core));
        }
        this.main = inlets.values().iterator().next();
    }

    /**
     * Begins to describe a pipeline.
     *
     * @param <T> the type of message it takes in
     * @param name its name, which tags its metrics, its threads and its errors
     * @return a builder
     */
    public static <T> PipelineBuilder<T, T> builder(String name) {
        return PipelineBuilder.named(name);
    }

    /**
     * The pipeline's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * An inlet by its name.
     *
     * @param inletName the name it was declared under; a pipeline without declared inlets has one named {@code main}
     * @return the inlet
     * @throws IllegalArgumentException if there is no such inlet
     */
    public Inlet<T> inlet(String inletName) {
        Inlet<T> inlet = inlets.get(given(inletName, "pipeline", name, "name given to inlet"));
        if (inlet == null) {
            throw new IllegalArgumentException("pipeline '" + name + "' has no inlet '" + inletName + "': it has "
                    + inlets.keySet().stream().collect(joining("', '", "'", "'")));
        }
        return inlet;
    }

    /**
     * Submits a message to the first inlet, as {@link Inlet#submit(Object)}.
     *
     * @param message the message; not {@code null}
     * @return {@link Admission#ACCEPTED}, or why not
     * @throws InterruptedException if interrupted while waiting; the message was not accepted
     */
    @CheckReturnValue
    public Admission submit(T message) throws InterruptedException {
        return main.submit(message);
    }

    /**
     * Submits a message to the first inlet, as {@link Inlet#trySubmit}.
     *
     * @param message the message; not {@code null}
     * @return {@link Admission#ACCEPTED}, or why not
     */
    @CheckReturnValue
    public Admission trySubmit(T message) {
        return main.trySubmit(message);
    }

    /**
     * Submits a message to the first inlet, as {@link Inlet#submit(Object, Consumer)}.
     *
     * @param message the message; not {@code null}
     * @param whenDecided called once if the answer is {@link Admission#WAITING}
     * @return the answer, or {@link Admission#WAITING}
     */
    @CheckReturnValue
    public Admission submit(T message, Consumer<? super Admission> whenDecided) {
        return main.submit(message, whenDecided);
    }

    /**
     * Where the pipeline is in its life.
     *
     * @return the state
     */
    public PipelineState state() {
        return switch (engine.state()) {
            case RUNNING -> PipelineState.RUNNING;
            case DRAINING -> PipelineState.DRAINING;
            case TERMINATED -> PipelineState.TERMINATED;
            case FAILED -> PipelineState.FAILED;
        };
    }

    /**
     * How many accepted messages ended in a given way so far. While the pipeline runs, counts taken one after the other
     * are no snapshot.
     *
     * @param outcome which way
     * @return the number of messages
     */
    public long settled(Outcome outcome) {
        return engine.settled(given(outcome, "pipeline", name, "outcome given to settled"));
    }

    /**
     * Shuts down: refuses new messages from now on, wakes every blocked submitter with {@link Admission#CLOSED}, works
     * off what has been accepted, stage by stage, and answers with the balance. If the time is not enough, messages
     * that no user code works on are returned in the report, the others are unknown, and every worker is interrupted,
     * also one that is in the listener or a callback then; whatever they still do changes nothing.
     *
     * <p>When this returns, the pipeline's meters are gone and its name is free, unless the meter registry has kept a thread
     * that removes them: it is waited for up to 10 seconds, beyond the deadline too. When it returns before its deadline, and
     * no call with a nearer one has ended its wait, the settlement listener has heard of every accepted message. At the
     * deadline, messages that are returned or unknown are told to the listener on a thread of the pipeline's own: how long it
     * takes is added, as long as it comes back each time. If one call takes more than a second, it is interrupted, the report
     * names it as stuck, and is waited for no longer. What is still told to it by others then is not waited for: by a worker in
     * the listener, which the report, if it is drawn then, names as stuck; by a producer that drops; by another call whose
     * deadline has come.
     *
     * <p>Callbacks in line are told at once that it is closed, one after the other, on a thread of the pipeline's own. One that
     * blocks keeps those behind it from hearing, and this from returning until its deadline; it keeps nothing else. At the
     * deadline its thread is interrupted in it, and the report names it as stuck. A callback that begins later, or does not
     * come back all the same, is interrupted by a further {@link #shutdownNow} alone.
     *
     * <p>Further calls answer with the same report; one with a nearer deadline ends the wait of the others, which may
     * then return before the listener has heard of everything.
     *
     * <p>Should the clock throw, so does this; the pipeline goes on draining, as for one who is interrupted.
     *
     * @param timeout how long to wait for the drain; zero, and less than zero, end it at once
     * @return the final balance
     * @throws InterruptedException if interrupted while waiting; the pipeline goes on draining
     * @throws IllegalStateException if called by one of the pipeline's own workers, or from its listener or a callback
     *     that hears of its end, which would wait for themselves
     */
    public DrainReport<T> shutdown(Duration timeout) throws InterruptedException {
        given(timeout, "pipeline", name, "timeout given to shutdown");
        refuseWorkers("shutdown");
        return typed(engine.shutdown(timeout));
    }

    /**
     * Shuts down at once: what is queued is returned, what user code works on is unknown, and the workers are
     * interrupted. Ends the wait of a {@link #shutdown} that is under way. The listener and callbacks in line are told as
     * at its deadline.
     *
     * @return the final balance
     * @throws IllegalStateException if called by one of the pipeline's own workers, or from its listener or a callback
     *     that hears of its end, which would wait for themselves
     */
    public DrainReport<T> shutdownNow() {
        refuseWorkers("shutdownNow");
        return typed(engine.shutdownNow());
    }

    /**
     * Shuts down with the builder's {@code closeTimeout}. If interrupted while waiting, shuts down at once and leaves
     * the thread's interrupt flag set. Should the wait fail (the clock throws), it shuts down at once as well, and throws
     * what it failed with. Further calls do nothing. What was returned or is unknown then, and which
     * threads are stuck, is logged as a warning, in numbers; to have the messages back, call {@link #shutdown}.
     *
     * @throws IllegalStateException if called by one of the pipeline's own workers, or from its listener or a callback
     *     that hears of its end, which would wait for themselves
     */
    @Override
    public void close() {
        refuseWorkers("close");
        try {
            warnIfIncomplete(typed(engine.shutdownOrThrow(closeTimeout)));
        } catch (InterruptedException e) {
            try {
                warnIfIncomplete(shutdownNow());
            } finally {
                Thread.currentThread().interrupt();
            }
        } catch (Throwable e) {
            endAtOnce(e);
            throw e;
        }
    }

    /** The clock has thrown, or memory has run out: what is to be closed must not run on. */
    private void endAtOnce(Throwable why) {
        try {
            warnIfIncomplete(shutdownNow());
        } catch (Throwable e) {
            if (e != why) {
                why.addSuppressed(e);
            }
        }
    }

    /** Nobody gets this report: what it says is lost, and who is stuck, must be said elsewhere. */
    private void warnIfIncomplete(DrainReport<T> report) {
        boolean complete = report.complete() && report.stuckThreads().isEmpty();
        if (!complete && !warned.getAndSet(true)) {
            try {
                log.warn(
                        report.complete()
                                ? "pipeline '{}' was closed, and threads are stuck in user code: {}"
                                : "pipeline '{}' was closed before it was drained: {}",
                        name,
                        report);
            } catch (Throwable e) {
                return; // a broken logger
            }
        }
    }

    @Override
    public String toString() {
        return "Pipeline(" + name + ", " + state() + ", " + inlets.values() + ")";
    }

    private void refuseWorkers(String call) {
        if (engine.isTelling()) {
            throw new IllegalStateException("pipeline '" + name + "': " + call + " was called from its own settlement"
                    + " listener or callback, for whose return it would wait: call it from another thread");
        }
        if (engine.isWorker()) {
            throw new IllegalStateException("pipeline '" + name + "': " + call + " was called by its own worker '"
                    + Thread.currentThread().getName()
                    + "', in a stage or its error policy, and would wait for itself:"
                    + " call it from another thread, or let a stage fail with an error policy that stops the pipeline");
        }
    }

    /** What comes back are the very objects that were submitted, as {@code T}. */
    @SuppressWarnings("unchecked")
    private static <T> DrainReport<T> typed(DrainReport<Object> report) {
        return (DrainReport<T>) report;
    }
}
