// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import com.google.errorprone.annotations.CheckReturnValue;
import io.github.esclusa.pipeline.engine.InletCore;
import io.github.esclusa.pipeline.report.Admission;
import java.util.function.Consumer;

/**
 * A way into a pipeline, with a name, a bounded buffer, credit and an overflow policy of its own: a flood on one inlet
 * neither evicts nor starves the messages of another.
 *
 * <p>Actions of a thread before it submits a message happen-before the stages' work on it. An {@link Error} out of a
 * submission (no memory, no stack) leaves open whether the message was accepted. If it was, it is settled like any other;
 * in a pipeline with nothing else to do perhaps only when another message comes, or at shutdown, since nobody may have been
 * told of it. One exception: a stack that ends inside a lock of the JDK's may leave that lock taken for good, and then
 * submissions by others and a shutdown wait for it beyond any deadline.
 *
 * @param <T> the type of message the pipeline takes in
 */
public final class Inlet<T> {

    private final InletCore core;

    Inlet(InletCore core) {
        this.core = core;
    }

    /**
     * The inlet's name.
     *
     * @return the name
     */
    public String name() {
        return core.name();
    }

    /**
     * Submits a message; when there is no room, does what the inlet's overflow policy says. Only a policy that blocks
     * makes this wait, and blocked submitters are served in order. One of the pipeline's own workers is never made to
     * wait, since it would wait for itself: it is refused as {@link Admission#FULL}.
     *
     * @param message the message; not {@code null}
     * @return {@link Admission#ACCEPTED}, or why not; never {@link Admission#WAITING}
     * @throws InterruptedException if interrupted while waiting; the message was not accepted. When an interrupt comes
     *     as the message is being accepted, this returns normally and leaves the thread's interrupt flag set.
     */
    @CheckReturnValue
    public Admission submit(T message) throws InterruptedException {
        return core.submit(message);
    }

    /**
     * Submits a message without ever waiting: a policy that blocks refuses it here.
     *
     * @param message the message; not {@code null}
     * @return {@link Admission#ACCEPTED}, or why not; never {@link Admission#WAITING}
     */
    @CheckReturnValue
    public Admission trySubmit(T message) {
        return core.trySubmit(message);
    }

    /**
     * Submits a message without waiting, for threads that serve many sources and must not be held up by one. Where the
     * policy is to block and there is no room, the message is put in line with the blocked submitters, outside the
     * inlet's capacity, and a callback hears what became of it: stop reading that one source until then. The policy's
     * timeout does not apply.
     *
     * @param message the message; not {@code null}
     * @param whenDecided called exactly once if the answer is {@link Admission#WAITING}, never otherwise: with
     *     {@link Admission#ACCEPTED} when there was room, with {@link Admission#CLOSED} when the pipeline was shut down
     *     first and the message is the caller's again. It runs on the thread that made room; at {@code shutdown} on a
     *     thread of the pipeline's own, or for want of one on the calling thread; at {@code shutdownNow} on the calling
     *     thread; where the pipeline fails, on the worker that stops it or dies; possibly before this method returns. It
     *     must be quick and must not block: those behind it hear nothing until it returns. Actions before this call
     *     happen-before it, and so does what the listener did about the messages that made room. What it throws is
     *     logged.
     * @return the answer, or {@link Admission#WAITING}
     */
    @CheckReturnValue
    public Admission submit(T message, Consumer<? super Admission> whenDecided) {
        return core.submit(message, whenDecided);
    }

    /**
     * How many messages stand in the inlet's queue.
     *
     * @return their number
     */
    public int queued() {
        return core.queued();
    }

    /**
     * How many messages came in through this inlet and are not settled.
     *
     * @return their number, at most {@link #capacity}
     */
    public int inFlight() {
        return core.used();
    }

    /**
     * How many submissions wait for room, outside the capacity.
     *
     * @return their number, blocked threads and callbacks together
     */
    public int waiting() {
        return core.waiting();
    }

    /**
     * How many messages may be in flight.
     *
     * @return the bound
     */
    public int capacity() {
        return core.spec().capacity();
    }

    @Override
    public String toString() {
        return "Inlet(" + name() + ", " + queued() + " queued, " + inFlight() + " of " + capacity() + " in flight, "
                + waiting() + " waiting)";
    }
}
