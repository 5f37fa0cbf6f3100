// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static io.github.esclusa.core.waiting.Given.given;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.BoundedBuffer;
import io.github.esclusa.pipeline.buffer.BufferEvents;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.function.Weigher;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** One way into the pipeline: a buffer, and what happens around it. */
public final class InletCore {

    private static final int SAMPLE_MASK = 63;

    private final InletSpec spec;
    private final int number;
    private final Clock clock;

    private final Engine engine;
    private final Announcers announcers;
    private final Settler settler;
    private final InletMeters meters;
    private final FailureLog callbackFailures;
    private final HeldBackLog heldBackLog;
    private final BoundedBuffer<Envelope> buffer;

    InletCore(
            EngineSpec pipeline,
            int number,
            Engine engine,
            Announcers announcers,
            Settler settler,
            PipelineMeters meters) {
        this.spec = pipeline.inlets().get(number);
        this.number = number;
        this.clock = pipeline.clock();
        this.engine = engine;
        this.announcers = announcers;
        this.settler = settler;
        this.callbackFailures = new FailureLog(
                LoggerFactory.getLogger(InletCore.class), "a callback given to " + where() + " threw", clock);
        this.heldBackLog = new HeldBackLog(where(), clock);
        this.buffer = new BoundedBuffer<>(
                spec.capacity(), spec.maxWeight(), pipeline.workers(), spec.overflow(), clock, new Events());
        this.meters = meters.inlet(spec, buffer);
        meters.oldest(this);
    }

    /**
     * The inlet's name.
     *
     * @return the name
     */
    public String name() {
        return spec.name();
    }

    /**
     * The inlet's configuration.
     *
     * @return the configuration
     */
    public InletSpec spec() {
        return spec;
    }

    /**
     * Submits a message, waiting if the overflow policy says so. One of the pipeline's own workers never waits: it would
     * wait for itself.
     *
     * @param message the message
     * @return the answer
     * @throws InterruptedException if interrupted while waiting; the message was not accepted
     */
    public Admission submit(Object message) throws InterruptedException {
        Envelope envelope = envelope(message);
        Admission answer = buffer.offer(envelope);
        if (answer != Admission.FULL || !(spec.overflow() instanceof Overflow.Block) || engine.isWorker()) {
            return answered(envelope, answer);
        }
        try {
            return answered(envelope, buffer.put(envelope));
        } catch (InterruptedException e) {
            meters.interrupted();
            throw interrupted(e);
        } finally {
            engine.endLogsIfOver(); // who leaves the line calls the callbacks of those it held up
        }
    }

    private InterruptedException interrupted(InterruptedException cause) {
        try {
            InterruptedException told = new InterruptedException("interrupted while submitting to inlet '" + name()
                    + "' of pipeline '" + engine.name() + "': the message was not accepted");
            told.initCause(cause);
            return told;
        } catch (OutOfMemoryError e) {
            return cause;
        }
    }

    /**
     * Submits a message without waiting.
     *
     * @param message the message
     * @return the answer
     */
    public Admission trySubmit(Object message) {
        Envelope envelope = envelope(message);
        return answered(envelope, buffer.offer(envelope));
    }

    /**
     * Submits a message without waiting, in line if there is no room.
     *
     * @param message the message
     * @param whenDecided hears the answer if it is to wait
     * @return the answer
     */
    public Admission submit(Object message, Consumer<? super Admission> whenDecided) {
        given(whenDecided, "pipeline", engine.name(), "callback given to submit");
        Envelope envelope = envelope(message);
        return answered(envelope, buffer.offer(envelope, answer -> {
            answered(envelope, answer);
            announcers.call(whenDecided, answer);
        }));
    }

    /**
     * How many messages are queued.
     *
     * @return their number
     */
    public int queued() {
        return buffer.size();
    }

    /**
     * How many messages are accepted and not settled.
     *
     * @return their number
     */
    public int used() {
        return buffer.used();
    }

    /** Its place among the pipeline's inlets. */
    int number() {
        return number;
    }

    /** Whether it has turned somebody away and has had no room since, or keeps back what it has. */
    boolean isFull() {
        return buffer.isFull() || buffer.keepsBack();
    }

    BoundedBuffer<Envelope> buffer() {
        return buffer;
    }

    /**
     * How long the oldest queued message has been waiting, as far as is known: from the first sampled one, and from the
     * first look at the head, so that a queue that stands still shows however short it is.
     */
    double oldestNanos() {
        long now = clock.nanoTime();
        Envelope sampled = buffer.firstQueued(envelope -> envelope.sampledNanos != 0);
        Envelope head = buffer.firstQueued(envelope -> {
            envelope.firstSeenAsHead(now);
            return true;
        });
        long oldest = sampled == null ? 0 : now - sampled.sampledNanos;
        return Math.max(0, head == null ? oldest : Math.max(oldest, now - head.headNanos));
    }

    /**
     * How many submissions wait for room.
     *
     * @return their number, blocked threads and callbacks together
     */
    public int waiting() {
        return buffer.waiting();
    }

    /** A message has left the queue for a worker. */
    void taken(Envelope envelope) {
        if (envelope.sampledNanos != 0) {
            meters.queueWait(Reading.since(envelope.sampledNanos, clock));
        }
    }

    /** No more callbacks, nor anybody in line, are expected; see {@link FailureLog#end}. */
    void endLog() {
        callbackFailures.end();
        heldBackLog.end();
    }

    private Admission answered(Envelope envelope, Admission answer) {
        if (answer == Admission.ACCEPTED && meters.sampling()) {
            meters.entered(buffer.size(), envelope.sampledNanos != 0);
        }
        return meters.submitted(answer);
    }

    private Envelope envelope(Object message) {
        if (message == null) {
            throw new NullPointerException(where() + ": the message submitted is null");
        }
        Weigher<Object> weigher = spec.weigher();
        long weight = weigher == null ? 0 : weigher.weigh(message);
        if (weight < 0) {
            throw new IllegalArgumentException("the weigher of " + where() + " gave a message the weight " + weight
                    + ": a weight is zero or more");
        }
        boolean sampled = meters.sampling() && (ThreadLocalRandom.current().nextInt() & SAMPLE_MASK) == 0;
        long now = sampled ? Reading.of(clock) : Reading.NONE;
        Envelope envelope = new Envelope(this, message, weight, now == Reading.NONE ? 0 : Envelope.nonZero(now));
        if (engine.firstSegment().lingers()) {
            envelope.queuedNanos = clock.nanoTime();
        }
        return envelope;
    }

    private String where() {
        return "inlet '" + spec.name() + "' of pipeline '" + engine.name() + "'";
    }

    /** What the buffer tells, outside its lock. */
    private final class Events implements BufferEvents<Envelope> {

        @Override
        public void queued() {
            engine.firstSegment().arrived();
        }

        @Override
        public void full() {
            engine.lastSegment().full();
        }

        @Override
        public void dropped(Envelope envelope) {
            engine.telling(() -> settler.tell(envelope, Outcome.DROPPED, null));
        }

        @Override
        public void leftAfterClose() {
            engine.dropsTold();
        }

        @Override
        public void heldBack(long nanos) {
            if (nanos != Reading.NONE) {
                meters.heldBack(nanos);
                heldBackLog.heldBack(nanos);
            }
        }

        @Override
        public void callbackFailed(Throwable thrown) {
            callbackFailures.warn(thrown);
        }
    }

    @Override
    public String toString() {
        return where();
    }
}
