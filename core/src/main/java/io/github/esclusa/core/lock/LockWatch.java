// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import io.github.esclusa.core.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a lock's waits and holds, kept at next to no cost to a thread that does not wait.
 *
 * <p>The uncontended path reads no clock. Each uninterrupted stretch of holding has a <em>turn</em>, an odd number; the
 * number is even while the lock is free. A {@link Sighting} says <em>the hold of turn n was under way at time t</em>. It
 * is made by the owner (of one hold in 64, of one it had to wait for, of one that others wait for), by a thread that
 * arrives and finds the lock taken, and by a gauge that is read. Whoever is not the owner reads the turn first and the
 * clock second: the hold of that turn had begun by then, so what is measured from a sighting is never more than the
 * truth, and a sighting that comes late names a turn that has passed and is ignored. Between taking the lock and
 * publishing its turn the owner cannot be sighted; whoever comes in this moment misses, the next one does not. That is
 * why all but sampled holds are lower bounds.
 *
 * <p>The owner's writes are ordered by the lock itself. The two counters others read are published with a release write,
 * which costs a plain store on the common processors.
 */
final class LockWatch {

    /** The hold of a turn was under way at this reading of the clock. */
    private record Sighting(long turn, long nanos) {}

    /** One thread's wait. Not a record: two waits that began at the same time are two. */
    static final class Wait {
        private final long sinceNanos;

        Wait(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /**
     * What a hold leaves to be recorded once the lock is free.
     *
     * @param waitedNanos how long the holder had waited for the lock; {@link #DID_NOT_WAIT} if it had not
     * @param heldNanos how long it held the lock, without the time in {@code Condition.await}; a lower bound unless sampled
     * @param sampled whether {@code heldNanos} is exact
     */
    record Ended(long waitedNanos, long heldNanos, boolean sampled) {}

    static final long DID_NOT_WAIT = -1;

    private final Clock clock;
    private final OwnedLock lock;
    /** In how many acquisitions the next one is to be sampled. */
    private final IntSupplier sampling;

    final LongAdder contended = new LongAdder();
    final LongAdder timeouts = new LongAdder();

    /** Written by the lock's owner only. */
    private final AtomicLong acquisitions = new AtomicLong();

    /** Odd while the lock is held, even while it is free. Written by the lock's owner only. */
    private final AtomicLong turn = new AtomicLong();

    /** The latest sighting; one of a turn that has passed says nothing. */
    private final AtomicReference<@Nullable Sighting> sighting = new AtomicReference<>();

    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    // The present hold, which the lock's owner alone reads and writes.

    private int untilSample = 1;
    private boolean sampled;
    private long waitedNanos = DID_NOT_WAIT;
    /** Held before the {@code Condition.await} calls of this hold. */
    private long heldNanos;

    LockWatch(OwnedLock lock, Clock clock, IntSupplier sampling) {
        this.lock = lock;
        this.clock = clock;
        this.sampling = sampling;
    }

    /** A thread has found the lock taken and is about to wait. */
    Wait arrive() {
        contended.increment();
        long held = turn.getAcquire();
        long now = clock.nanoTime();
        sight(held, now);
        Wait wait = new Wait(now);
        boolean added = false;
        try {
            waits.add(wait);
            added = true;
        } finally {
            if (!added) { // for want of memory, after it was put there: it would look like a wait without end
                waits.remove(wait);
            }
        }
        return wait;
    }

    /** A thread that waited goes without the lock. Answers how long it waited, in nanoseconds. */
    long leave(Wait wait) {
        waits.remove(wait);
        return clock.nanoTime() - wait.sinceNanos;
    }

    /**
     * The calling thread has the lock, and did not have it before. Whatever may fail comes first: if this throws,
     * nothing has changed and the caller lets go of the lock.
     */
    void acquired(@Nullable Wait wait) {
        long mine = turn.getPlain() + 1;
        boolean sample = untilSample <= 1;
        int next = sample ? sampling.getAsInt() : untilSample - 1;
        Sighting first = null;
        if (wait != null || sample || lock.hasQueuedThreads()) {
            first = new Sighting(mine, clock.nanoTime());
        }
        if (wait != null) {
            waits.remove(wait);
        }
        waitedNanos = wait != null && first != null ? first.nanos() - wait.sinceNanos : DID_NOT_WAIT;
        sampled = sample;
        untilSample = next;
        heldNanos = 0;
        acquisitions.setRelease(acquisitions.getPlain() + 1);
        turn.setRelease(mine);
        if (first != null) {
            sighting.set(first);
        }
    }

    /** The calling thread is about to release the lock. Answers what to record after that, if anything. */
    @Nullable
    Ended releasing() {
        long mine = turn.getPlain();
        try {
            Sighting known = sighting.get();
            boolean seen = known != null && known.turn() == mine;
            if (!seen && heldNanos == 0 && waitedNanos == DID_NOT_WAIT) {
                return null;
            }
            return new Ended(waitedNanos, heldNanos + heldSince(known, mine), sampled);
        } finally {
            turn.setRelease(mine + 1);
        }
    }

    /** A hold set aside while its owner is in {@code Condition.await}, during which others hold the lock. */
    record Paused(long waitedNanos, long heldNanos, boolean sampled) {}

    Paused pause() {
        long mine = turn.getPlain();
        Paused paused = new Paused(waitedNanos, heldNanos + heldSince(sighting.get(), mine), sampled);
        turn.setRelease(mine + 1);
        return paused;
    }

    void resume(Paused paused) {
        long mine = turn.getPlain() + 1;
        waitedNanos = paused.waitedNanos();
        heldNanos = paused.heldNanos();
        sampled = paused.sampled();
        turn.setRelease(mine);
        sighting.set(new Sighting(mine, clock.nanoTime()));
    }

    double acquisitions() {
        return acquisitions.getAcquire();
    }

    /** How long the present hold has lasted, at least. The look itself is a sighting, so the next one sees a time. */
    double heldNanos() {
        long held = turn.getAcquire();
        long now = clock.nanoTime();
        sight(held, now);
        Sighting known = sighting.get();
        return known != null && known.turn() == held ? Math.max(0, now - known.nanos()) : 0;
    }

    /** How long the thread that waits longest has waited. */
    double oldestWaitNanos() {
        long now = clock.nanoTime();
        long oldest = 0;
        for (Wait wait : waits) {
            oldest = Math.max(oldest, now - wait.sinceNanos);
        }
        return oldest;
    }

    private long heldSince(@Nullable Sighting known, long mine) {
        return known != null && known.turn() == mine ? Math.max(0, clock.nanoTime() - known.nanos()) : 0;
    }

    /** Keeps the first sighting of a turn; a later turn replaces it. Retries only when another sighting came between. */
    private void sight(long held, long now) {
        if ((held & 1) == 0) {
            return;
        }
        Sighting known = sighting.get();
        while (known == null || known.turn() < held) {
            if (sighting.compareAndSet(known, new Sighting(held, now))) {
                return;
            }
            known = sighting.get();
        }
    }
}
