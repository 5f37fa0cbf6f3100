// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.coordination.startup.BarrierBroken.Reason;
import io.github.esclusa.coordination.startup.BarrierMetrics.Outcome;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link Barrier} decides: the generations of {@link java.util.concurrent.CyclicBarrier}, with two changes.
 *
 * <p>The action runs without the lock. So a generation that is full is decided in a second step, when its action has
 * come back; until then whoever waits may still break the barrier, and the step, under the lock, finds out which came
 * first. Threads that come meanwhile wait for that decision before they join the next generation, so that actions never
 * overlap and trips keep their order.
 *
 * <p>And a break is for good. A reset could not say which of those still on their way belong to before or after it.
 *
 * <p>There may be no memory, and the others wait. So a party is counted when all it may need is there: its own passage, and
 * the next generation if it is the last. From then on a trip and a break allocate nothing.
 */
final class Generations {

    /** How a thread got through: its order of arrival, if it passed, and what its action threw. */
    record Passage(Outcome outcome, int order, @Nullable Throwable thrown) {

        static final Passage TIMED_OUT = new Passage(Outcome.TIMEOUT, -1, null);
        static final Passage BROKEN = new Passage(Outcome.BROKEN, -1, null);
    }

    final String name;
    final int parties;
    final EnduringClock clock;

    private final @Nullable Runnable action;

    private final WaitLock lock = new WaitLock();

    /** The one that threads join; full only while its last party, the {@link #actor}, runs the action. */
    @GuardedBy("lock")
    private Generation current;

    /** The one after it, when it is full. */
    @GuardedBy("lock")
    private @Nullable Generation next;

    @GuardedBy("lock")
    private @Nullable Thread actor;

    @GuardedBy("lock")
    private final Break broken = new Break();

    @GuardedBy("lock")
    private int waiting;

    Generations(String name, int parties, @Nullable Runnable action, EnduringClock clock) {
        this.name = name;
        this.parties = parties;
        this.action = action;
        this.clock = clock;
        this.current = newGeneration();
    }

    private Generation newGeneration() {
        return new Generation(parties, lock.newCondition());
    }

    Passage pass(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout, clock);
        Runnable acts = action;
        Passage passed;
        lock.lock();
        try {
            refuseActor();
            while (current.isFull() && !broken.isSet()) {
                if (!awaitDecided(current, timeout, deadline)) {
                    return Passage.TIMED_OUT;
                }
            }
            if (broken.isSet()) {
                return Passage.BROKEN;
            }
            refuseInterrupted();
            Generation mine = current;
            passed = arrive(mine);
            if (!mine.isFull()) {
                return awaitTrip(mine, passed, timeout, deadline);
            }
            if (acts == null) {
                trip();
                return passed;
            }
            actor = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        return endAct(act(acts), passed);
    }

    /** Counts the calling thread in; answers what it is told if all pass. */
    @GuardedBy("lock")
    private Passage arrive(Generation generation) {
        try {
            Passage passed = new Passage(Outcome.PASSED, generation.arrived(), null);
            next = generation.missing() == 1 ? newGeneration() : null;
            generation.arrive();
            return passed;
        } catch (Throwable e) { // no memory: it cannot take part, and all are told
            breakAll(Reason.FAILED, e);
            throw e;
        }
    }

    /** An interrupt that came before counts like one that comes while waiting, also for the last to arrive. */
    @GuardedBy("lock")
    private void refuseInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException e = new InterruptedException("before it waited at barrier '" + name + "'");
            breakAll(Reason.INTERRUPTED, e);
            throw e;
        }
    }

    @GuardedBy("lock")
    private void refuseActor() {
        if (actor == Thread.currentThread()) {
            throw new IllegalStateException("await() of barrier '" + name
                    + "' was called by its own action, for which everybody there waits: leave it to the parties");
        }
    }

    @GuardedBy("lock")
    private Passage awaitTrip(Generation mine, Passage passed, Duration timeout, Deadline deadline)
            throws InterruptedException {
        if (!awaitDecided(mine, timeout, deadline)) {
            return Passage.TIMED_OUT;
        }
        return mine.hasTripped() ? passed : Passage.BROKEN;
    }

    /**
     * Waits until a generation has tripped or the barrier is broken. Whoever leaves without that, for whatever reason,
     * breaks the barrier: it has been counted, and the others would pass without it.
     *
     * @return {@code false} if the deadline came first
     */
    @GuardedBy("lock")
    private boolean awaitDecided(Generation generation, Duration timeout, Deadline deadline)
            throws InterruptedException {
        waiting++;
        try {
            while (!isDecided(generation)) {
                if (!deadline.await(lock, generation.decided)) {
                    breakAll(
                            Reason.TIMED_OUT,
                            new TimeoutException(
                                    "at barrier '" + name + "' the time allowed, " + timeout + ", passed"));
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            if (isDecided(generation)) { // that came first; the interrupt is for what the thread does next
                Thread.currentThread().interrupt();
                return true;
            }
            breakAll(Reason.INTERRUPTED, e);
            throw e;
        } catch (Throwable e) { // no memory, say
            breakAll(Reason.FAILED, e);
            throw e;
        } finally {
            waiting--;
        }
    }

    @GuardedBy("lock")
    private boolean isDecided(Generation generation) {
        return generation.hasTripped() || broken.isSet();
    }

    private static @Nullable Throwable act(Runnable action) {
        try {
            action.run();
            return null;
        } catch (Throwable e) { // an Error too: the others wait for this thread
            return e;
        }
    }

    /** Decides the generation whose action has come back, unless it was broken meanwhile. */
    private Passage endAct(@Nullable Throwable thrown, Passage passed) {
        lock.lock();
        try {
            actor = null;
            if (thrown != null) {
                breakAll(Reason.ACTION_FAILED, thrown);
            }
            if (broken.isSet()) {
                return new Passage(Outcome.BROKEN, -1, thrown);
            }
            trip();
            return passed;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void trip() {
        Generation full = current;
        current = requireNonNull(next);
        next = null;
        full.trip();
    }

    void breakBy(Reason reason, @Nullable Throwable cause) {
        lock.lock();
        try {
            breakAll(reason, cause);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void breakAll(Reason reason, @Nullable Throwable cause) {
        if (!broken.isSet()) {
            broken.set(reason, Thread.currentThread().getName(), current.arrived(), cause);
            current.decided.signalAll(); // all others have tripped
        }
    }

    /** A new exception, if the barrier is broken. */
    @Nullable
    BarrierBroken brokenException() {
        Break what;
        lock.lock();
        try {
            if (!broken.isSet()) {
                return null;
            }
            what = broken;
        } finally {
            lock.unlock();
        }
        return what.toException(name, parties);
    }

    BarrierState state() {
        lock.lock();
        try {
            if (broken.isSet()) {
                return BarrierState.BROKEN;
            }
            return current.isFull() ? BarrierState.ACTING : BarrierState.GATHERING;
        } finally {
            lock.unlock();
        }
    }

    /** Parties still to come; nobody is waited for once the barrier is broken. */
    int pending() {
        lock.lock();
        try {
            return broken.isSet() ? 0 : current.missing();
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }
}
