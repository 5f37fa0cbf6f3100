// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Bell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A run of fused stages, the queue they take from, and the workers that drive them.
 *
 * <pre>
 *   open ──drain──▶ draining ──seal (nothing more will come)──▶ sealed ──queue and parking empty──▶ its workers end
 *     └───────────────────┴───────halt (take nothing more)────────┴───────────────────────────────▶ its workers end
 * </pre>
 */
final class Segment {

    private final SegmentSpec spec;
    private final Clock clock;

    private final Upstream upstream;

    /** The way in from the segment before; {@code null} for the first, which takes from the inlets. */
    private final @Nullable Prefetch passage;

    private final Source source;
    private final Bell bell;
    private final Parking parking;
    private final @Nullable Segment next;
    private final List<StageMeters> meters;

    /** One worker at a time looks for a batch and takes it, so that two do not share out what would have filled one. */
    private final ReentrantLock forming = new ReentrantLock();

    private final List<Hand> hands = new ArrayList<>();
    private final AtomicInteger liveWorkers = new AtomicInteger();

    /** Workers that wait for a begun batch to fill: they need no bell before it is full. */
    private final AtomicInteger lingering = new AtomicInteger();

    /** Each goes from false to true, once. */
    private volatile boolean draining;

    private volatile boolean sealed;

    private volatile boolean halted;

    Segment(
            SegmentSpec spec,
            Clock clock,
            Upstream upstream,
            @Nullable Prefetch passage,
            Bell bell,
            Parking parking,
            @Nullable Segment next,
            List<StageMeters> meters) {
        this.spec = spec;
        this.clock = clock;
        this.upstream = upstream;
        this.passage = passage;
        this.source = passage == null ? upstream.intake() : passage.queue();
        this.bell = bell;
        this.parking = parking;
        this.next = next;
        this.meters = meters;
        for (int i = 0; i < spec.workers(); i++) {
            hands.add(new Hand(spec.most()));
        }
        liveWorkers.set(spec.workers());
    }

    SegmentSpec spec() {
        return spec;
    }

    Source source() {
        return source;
    }

    Parking parking() {
        return parking;
    }

    /** The segment that messages go on to; {@code null} for the last. */
    @Nullable
    Segment next() {
        return next;
    }

    /** The queue between the segment before and this one. */
    WorkQueue queue() {
        return (WorkQueue) source;
    }

    /** Whether a batch lingers for the messages that come in, so that they need a stamp. */
    boolean lingers() {
        return spec.batch() != null && spec.batch().lingerNanos() > 0;
    }

    List<StageMeters> meters() {
        return meters;
    }

    List<Hand> hands() {
        return hands;
    }

    boolean isHalted() {
        return halted;
    }

    /**
     * A message was queued: wakes a worker if it has something to do for it. Not the only worker of a segment that keeps
     * order while it holds back for parked work: it sleeps no longer than until that is due, and once it has taken the last of
     * it, which ends the holding back, it looks at the queue before it sleeps again. The message was in the queue before
     * this read that it holds back. Nor anybody while the next segment has enough: its workers ring when they have taken. Nor
     * for a message that is not to be had: another worker has taken it, a newer one has evicted it, which is told of as well, or
     * the inlet keeps it back, and whoever lets it out rings.
     */
    void arrived() {
        if (parking.holdsBack() || isAhead() || source.size() == 0) {
            return;
        }
        SegmentSpec.BatchSpec batch = spec.batch();
        if (batch == null
                || source.size() >= batch.size()
                || draining
                || bell.waiters() > lingering.get()
                || isSpent()) {
            bell.ring();
        }
    }

    /** An inlet has no room: a batch that waits for more is complete, if there is no more. Asks no clock, which may throw. */
    void full() {
        if (lingering.get() > 0 && source.size() > 0 && isSpent()) {
            bell.ring();
        }
    }

    /** Whether a batch that waits for more waits for what its own messages hold up. */
    private boolean isSpent() {
        return upstream.isSpent(source);
    }

    /** Whether the next segment has enough for now. */
    private boolean isAhead() {
        return next != null && requireNonNull(next.passage).isShut();
    }

    /** The pipeline drains: a batch does not wait for more to come, though the segments before may still pass it on. */
    void drains() {
        draining = true;
        bell.ringAll();
    }

    /** Nothing more will be queued: the workers end when what is left is done. */
    void seal() {
        sealed = true;
        bell.ringAll();
    }

    /** The workers are to take nothing more. */
    void halt() {
        halted = true;
        bell.ringAll();
    }

    /** A worker has ended; {@code true} if it was the last. */
    boolean workerEnded() {
        return liveWorkers.decrementAndGet() == 0;
    }

    /** Waits for work and takes it into a hand; {@code null} when the worker is to end. */
    @Nullable
    Work next(Hand hand) {
        while (!halted) {
            Work work = takeNow(hand);
            if (work != null) {
                if (isReady() || (spec.batch() != null && source.size() > 0)) {
                    bell.ring(); // there is more, or a batch has begun: it is somebody else's turn
                }
                return work;
            }
            if (next != null && upstream.intake().isFull()) {
                last().full(); // the last that was taken here, filtered perhaps or parked, may have told nobody
            }
            if (halted || isDone()) {
                bell.ring(); // whoever waits for room ahead waits for what somebody else has taken meanwhile
                return null;
            }
            await();
        }
        return null;
    }

    private @Nullable Work takeNow(Hand hand) {
        if (parking.holdsBack()) {
            return hand.takeDue(parking, clock.nanoTime());
        }
        // In turn, where order is not kept: work that fails again and again must not keep out what has not been tried.
        boolean freshFirst = hand.tookParked();
        Work work = freshFirst ? takeFresh(hand) : takeParked(hand);
        if (work == null) {
            work = freshFirst ? takeParked(hand) : takeFresh(hand);
        }
        return work;
    }

    private @Nullable Work takeParked(Hand hand) {
        return parking.isEmpty() ? null : hand.takeDue(parking, clock.nanoTime());
    }

    private @Nullable Work takeFresh(Hand hand) {
        if (isAhead()) {
            return null;
        }
        SegmentSpec.BatchSpec batch = spec.batch();
        Work work = batch == null ? hand.take(source, 1) : takeBatch(hand, batch);
        if (work != null) {
            if (passage == null) {
                work.items.forEach(envelope -> envelope.inlet.taken(envelope));
            } else {
                passage.taken();
            }
        }
        return work;
    }

    private Segment last() {
        Segment last = this;
        while (last.next != null) {
            last = last.next;
        }
        return last;
    }

    private @Nullable Work takeBatch(Hand hand, SegmentSpec.BatchSpec batch) {
        forming.lock();
        try {
            return isBatchReady(batch) ? hand.take(source, batch.size()) : null;
        } finally {
            forming.unlock();
        }
    }

    /** Whether a worker that looked now would find something to do. */
    private boolean isReady() {
        if (!parking.isEmpty()) {
            Long due = parking.nextDueNanos();
            if (due != null && due - clock.nanoTime() <= 0) {
                return true;
            }
        }
        if (parking.holdsBack() || isAhead()) {
            return false;
        }
        SegmentSpec.BatchSpec batch = spec.batch();
        return batch == null ? source.size() > 0 : isBatchReady(batch);
    }

    private boolean isBatchReady(SegmentSpec.BatchSpec batch) {
        int queued = source.size();
        if (queued == 0) {
            return false;
        }
        if (queued >= batch.size() || draining || !lingers() || isSpent()) {
            return true;
        }
        Long oldest = source.oldestNanos();
        return oldest != null && clock.nanoTime() - oldest >= batch.lingerNanos();
    }

    /** Sealed is read first: what was queued before the seal is seen after it. */
    private boolean isDone() {
        return sealed && source.size() == 0 && parking.isEmpty();
    }

    /** Work was parked: a worker that sleeps is to learn when it is due. */
    void parked() {
        bell.ring();
    }

    /**
     * Waits until the bell rings or something falls due. A worker that sees the beginning of a batch lingers: it sleeps
     * until the oldest message has waited long enough, and is woken early only by a full batch. It may do so only on
     * the strength of a message that it has seen after it armed: otherwise no bell would ring for the next one.
     *
     * <p>No bell rings when another worker takes the last parked work, which may end a sealed segment. So the moment it is
     * due is read before asking whether the segment is done: if it was there to be read, the wait ends by then; if not,
     * the segment is done, or what makes it not done is parked later, and rings.
     */
    private void await() {
        boolean lingers = batchDue() != null;
        if (lingers) {
            lingering.incrementAndGet();
        }
        long armedIn = bell.arm();
        try {
            Long batchDue = batchDue();
            Long parkedDue = parking.nextDueNanos(); // before isDone: see above
            if (lingers == (batchDue != null) && !halted && !isReady() && !isDone()) {
                bell.await(armedIn, earlier(batchDue, parkedDue));
            }
        } catch (InterruptedException e) {
            // A sweep, or user code that kept a worker's thread: the loop looks again, nothing is lost.
        } finally {
            bell.disarm();
            if (lingers) {
                lingering.decrementAndGet();
            }
        }
    }

    /** When the batch that has begun is complete although it is not full; {@code null} if none has begun. */
    private @Nullable Long batchDue() {
        SegmentSpec.BatchSpec batch = spec.batch();
        if (batch == null || !lingers() || parking.holdsBack()) {
            return null;
        }
        Long oldest = source.oldestNanos();
        return oldest == null ? null : Long.valueOf(oldest + batch.lingerNanos());
    }

    private static @Nullable Long earlier(@Nullable Long a, @Nullable Long b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a - b <= 0 ? a : b;
    }
}
