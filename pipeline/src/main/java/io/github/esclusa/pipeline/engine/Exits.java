// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ways out of a worker's hand: settled, passed on, parked. Each first changes the owner and then tells; each answers
 * that it comes too late once the hand is seized. Confined to the worker, but for {@link #isInUserCode}.
 */
final class Exits {

    private final Segment segment;
    private final Hand hand;
    private final Settler settler;
    private final Clock clock;

    /** Why the pipeline has failed; {@code null} if it has not. */
    private final Supplier<@Nullable Throwable> failure;

    /** Whether the worker is in user code: written by the worker, read by whoever ends the pipeline. */
    private volatile boolean inUserCode;

    /** Whether that is the listener, or a callback. */
    private boolean telling;

    Exits(Segment segment, Hand hand, Settler settler, Clock clock, Supplier<@Nullable Throwable> failure) {
        this.segment = segment;
        this.hand = hand;
        this.settler = settler;
        this.clock = clock;
        this.failure = failure;
    }

    boolean isInUserCode() {
        return inUserCode;
    }

    /** Whether the worker is in the listener or a callback. */
    boolean isTelling() {
        return telling;
    }

    /** Says that user code has failed on held messages and may have applied them all the same. */
    void doubt(List<Envelope> items) {
        hand.doubt(items);
    }

    /** Says that user code has come back: what is held is known not to be applied, or in doubt. */
    void cameBack() {
        hand.run(List.of());
    }

    /** Says that user code begins to work on held messages; {@code false} if they are not the worker's any more. */
    boolean begin(List<Envelope> items) {
        return hand.run(items);
    }

    /** Whether what the worker works on has been taken from it. */
    boolean isSeized() {
        return hand.isSeized();
    }

    void enterUserCode() {
        inUserCode = true;
    }

    /** An interrupt is the user code's own affair, or came with a seizure: it must not reach the next message. */
    void leaveUserCode() {
        inUserCode = false;
        Thread.interrupted();
    }

    /** Settles messages and tells; {@code false} if it came too late. */
    boolean settle(List<Envelope> items, Outcome outcome, @Nullable Throwable cause) {
        if (items.isEmpty() || !hand.settle(items, outcome)) {
            return false;
        }
        tell(items, outcome, cause);
        return true;
    }

    /** Hands messages back that the pipeline, which has been halted, does nothing more about. */
    void giveBack(List<Envelope> items) {
        settle(items, Outcome.RETURNED, failure.get());
    }

    /** Passes a message on to the next segment. */
    void pass(Envelope envelope) {
        Segment next = requireNonNull(segment.next());
        if (next.lingers()) {
            envelope.queuedNanos = clock.nanoTime();
        }
        switch (hand.pass(envelope, next.queue())) {
            case DONE -> next.arrived();
            case RETURNED -> tell(List.of(envelope), Outcome.RETURNED, failure.get());
            case SEIZED -> {}
        }
    }

    /** Parks work for its next attempt; {@code false} if there will be none. */
    boolean park(List<Work> group) {
        Hand.Handover parked = hand.park(group, segment.parking());
        switch (parked) {
            case DONE -> segment.parked();
            case RETURNED -> group.forEach(work -> tell(work.items, Outcome.RETURNED, failure.get()));
            case SEIZED -> {}
        }
        return parked == Hand.Handover.DONE;
    }

    private void tell(List<Envelope> items, Outcome outcome, @Nullable Throwable cause) {
        telling = true;
        enterUserCode(); // the listener's, and that of callbacks waiting for room
        try {
            settler.settled(items, outcome, cause);
        } finally {
            telling = false;
            leaveUserCode();
        }
    }
}
