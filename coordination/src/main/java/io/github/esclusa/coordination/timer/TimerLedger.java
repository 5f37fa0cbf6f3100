// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Every timer of one {@link Timers}, where it stands, and the only code that moves it on.
 *
 * <p>All transitions of {@link TimerState} are here, each one step under the one lock, each counted in the same step:
 * that is why the balance holds at any moment. No foreign code runs under the lock; whoever must be called because of a
 * transition (an executor, a callback, a registry) is called by {@link TimerEngine} after it.
 *
 * <p>The life of the ledger itself:
 *
 * <pre>
 *   OPEN ── close ─▶ CLOSING ── no callback runs, no hand-over is under way ─▶ QUIET ── meters gone ─▶ TERMINATED
 *                       └────── or the deadline of a shutdown has expired ────────┘
 * </pre>
 */
final class TimerLedger {

    enum Life {
        OPEN,
        CLOSING,
        QUIET,
        TERMINATED
    }

    /** A run that may begin. */
    record Begun(Runnable callback, long lagNanos) {}

    /** A run that is under way. */
    record Run(ScheduledTimer timer, Thread thread) {}

    private final String name;
    private final int maxPending;
    private final Clock clock;

    private final WaitLock lock = new WaitLock();

    @GuardedBy("lock")
    private final Sleeper sleeper;

    /** Signalled when the ledger has terminated. */
    private final Condition terminated = lock.newCondition();

    /** The timers that are SCHEDULED. */
    @GuardedBy("lock")
    private final DueHeap<ScheduledTimer> waiting = new DueHeap<>();

    /** The timers that are DUE; a heap, because its entries leave from anywhere without a search. */
    @GuardedBy("lock")
    private final DueHeap<ScheduledTimer> due = new DueHeap<>();

    /** The timers that are RUNNING. */
    @GuardedBy("lock")
    private final Set<ScheduledTimer> running;

    @GuardedBy("lock")
    private final ReturnedTimers returned = new ReturnedTimers();

    @GuardedBy("lock")
    private List<StuckThread> stuckThreads = List.of();

    @GuardedBy("lock")
    private final TimerTally tally = new TimerTally();

    /** Timers that hold a place: waiting, due, or periodic and running. */
    @GuardedBy("lock")
    private int places;

    @GuardedBy("lock")
    private long nextOrder;

    @GuardedBy("lock")
    private Life life = Life.OPEN;

    @GuardedBy("lock")
    private @Nullable Throwable failure;

    /** The timing thread is out with the executor, to hand a timer over. */
    @GuardedBy("lock")
    private boolean handingOver;

    TimerLedger(String name, int maxPending, Clock clock) {
        this(name, maxPending, clock, new HashSet<>());
    }

    /** For tests: a set that finds no memory to grow. */
    TimerLedger(String name, int maxPending, Clock clock, Set<ScheduledTimer> running) {
        this.running = running;
        this.name = name;
        this.maxPending = maxPending;
        this.clock = clock;
        this.sleeper = new Sleeper(lock, clock);
    }

    // ---- what users do

    ScheduledTimer schedule(ScheduledTimer timer) {
        long dueNanos = clock.nanoTime() + timer.cadence.initialNanos();
        lock.lock();
        try {
            if (life != Life.OPEN) {
                throw refusal();
            }
            if (places >= maxPending) {
                tally.refused++;
                throw new TimersFullException(name, maxPending);
            }
            // The only step that may run out of memory comes first; with a place in both heaps, no later one can.
            waiting.reserve(places + 1);
            due.reserve(places + 1);
            enqueue(timer, dueNanos);
            places++;
            tally.scheduled++;
            return timer;
        } finally {
            lock.unlock();
        }
    }

    CancelOutcome cancel(ScheduledTimer timer) {
        lock.lock();
        try {
            return switch (timer.state) {
                case SCHEDULED -> {
                    waiting.remove(timer);
                    settle(timer, TimerState.CANCELLED);
                    yield CancelOutcome.CANCELLED;
                }
                case DUE -> {
                    due.remove(timer);
                    settle(timer, TimerState.CANCELLED);
                    yield CancelOutcome.CANCELLED;
                }
                case RUNNING -> {
                    timer.cancelRequested = true;
                    yield CancelOutcome.RUNNING;
                }
                case UNKNOWN -> timer.runner != null ? CancelOutcome.RUNNING : CancelOutcome.ALREADY_CANCELLED;
                case FIRED -> CancelOutcome.FIRED;
                case CANCELLED, REJECTED, RETURNED -> CancelOutcome.ALREADY_CANCELLED;
            };
        } finally {
            lock.unlock();
        }
    }

    ResetOutcome reset(ScheduledTimer timer, long delayNanos) {
        long dueNanos = clock.nanoTime() + delayNanos;
        lock.lock();
        try {
            return switch (timer.state) {
                case SCHEDULED -> {
                    timer.dueNanos = dueNanos;
                    timer.order = nextOrder++;
                    waiting.moved(timer);
                    sleeper.wakeFor(timer);
                    yield ResetOutcome.RESET;
                }
                case DUE -> {
                    due.remove(timer);
                    enqueue(timer, dueNanos);
                    yield ResetOutcome.RESET;
                }
                case RUNNING, FIRED, CANCELLED, REJECTED, RETURNED, UNKNOWN -> ResetOutcome.TOO_LATE;
            };
        } finally {
            lock.unlock();
        }
    }

    long dueNanos(ScheduledTimer timer) {
        lock.lock();
        try {
            return timer.dueNanos;
        } finally {
            lock.unlock();
        }
    }

    TimerState state(ScheduledTimer timer) {
        lock.lock();
        try {
            return timer.state;
        } finally {
            lock.unlock();
        }
    }

    // ---- what the timing thread does

    /**
     * Waits until a timer is due and makes it DUE; the caller hands it to the executor.
     *
     * @return the timer; {@code null} once closed
     */
    @Nullable
    ScheduledTimer awaitDue() {
        lock.lock();
        try {
            handingOver = false;
            while (life == Life.OPEN) {
                ScheduledTimer head = pollDue(clock.nanoTime());
                if (head != null) {
                    handingOver = true;
                    return head;
                }
                sleeper.sleepUntilDue(waiting.peek());
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #awaitDue}, without waiting. */
    @Nullable
    ScheduledTimer pollDue(long nowNanos) {
        lock.lock();
        try {
            ScheduledTimer head = waiting.peek();
            if (head == null || head.dueNanos - nowNanos > 0) {
                return null;
            }
            waiting.remove(head);
            due.add(head);
            head.state = TimerState.DUE;
            return head;
        } finally {
            lock.unlock();
        }
    }

    /** The executor has refused a timer: a one-shot is settled, a periodic one tries again a period on. */
    boolean refuse(ScheduledTimer timer, long nowNanos) {
        lock.lock();
        try {
            if (timer.state != TimerState.DUE) {
                return false; // cancelled, reset, closed or even begun meanwhile: that came first, and counts
            }
            tally.rejectedRuns++;
            due.remove(timer);
            if (timer.cadence.isPeriodic()) {
                enqueue(timer, timer.cadence.nextAfterRefusal(timer.dueNanos, nowNanos));
            } else {
                settle(timer, TimerState.REJECTED);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The timing thread has ended, and with it any hand-over. */
    void timingEnds() {
        lock.lock();
        try {
            handingOver = false;
        } finally {
            lock.unlock();
        }
    }

    // ---- what the executor's threads do

    /**
     * Begins a run, unless the timer is not DUE any more.
     *
     * @return what to run; the caller must call {@link #end} afterwards
     */
    @Nullable
    Begun begin(ScheduledTimer timer, Thread runner, long nowNanos) {
        lock.lock();
        try {
            if (timer.state != TimerState.DUE) {
                return null;
            }
            Begun begun = new Begun(requireNonNull(timer.callback), Math.max(0, nowNanos - timer.dueNanos));
            addRunning(timer);
            due.remove(timer);
            timer.state = TimerState.RUNNING;
            timer.runner = runner;
            tally.runs++;
            if (timer.cadence.isPeriodic()) {
                long passed = timer.cadence.pointsPassed(timer.dueNanos, nowNanos);
                tally.overruns += passed;
                timer.dueNanos += passed * timer.cadence.periodNanos();
            } else {
                places--;
            }
            return begun;
        } finally {
            lock.unlock();
        }
    }

    void end(ScheduledTimer timer, boolean failed, long nowNanos) {
        lock.lock();
        try {
            if (failed) {
                tally.failedRuns++;
            }
            timer.runner = null;
            if (timer.state != TimerState.RUNNING) {
                return; // shutdown's deadline settled it as unknown: that decision stands
            }
            if (!timer.cadence.isPeriodic()) {
                settle(timer, TimerState.FIRED);
            } else if (timer.cancelRequested) {
                settle(timer, TimerState.CANCELLED);
            } else if (life != Life.OPEN) {
                giveBack(timer);
            } else {
                tally.overruns += timer.cadence.pointsPassed(timer.dueNanos, nowNanos);
                enqueue(timer, timer.cadence.nextAfterRun(timer.dueNanos, nowNanos));
            }
            running.remove(timer);
        } finally {
            lock.unlock();
        }
    }

    // ---- close

    /**
     * Refuses further timers and hands back those that have not begun. Needs no memory.
     *
     * @param cause why, if it was not asked for
     */
    void close(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (life != Life.OPEN) {
                return;
            }
            life = Life.CLOSING;
            failure = cause;
            handBack(waiting);
            handBack(due);
            sleeper.wake();
        } finally {
            lock.unlock();
        }
    }

    /** The step from CLOSING to QUIET, once everything has ended; answers {@code true} to one caller only. */
    boolean closingToQuiet() {
        lock.lock();
        try {
            if (life != Life.CLOSING || !running.isEmpty() || handingOver) {
                return false;
            }
            life = Life.QUIET;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What runs at the deadline of a shutdown. Of a ledger that is closing: no run begins any more, so those only end. */
    List<Run> runsToGiveUp() {
        lock.lock();
        try {
            List<Run> runs = new ArrayList<>(running.size());
            for (ScheduledTimer timer : running) {
                runs.add(new Run(timer, requireNonNull(timer.runner)));
            }
            return runs;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The step from CLOSING to QUIET at a deadline: what still runs is settled as unknown. The threads have been looked at
     * without the lock, for one may be of a class of the user's; of those, the ones that are still at it were in the callback
     * then, or in the hand-over.
     *
     * @param runs what {@link #runsToGiveUp} answered
     * @param seen where each of those threads was
     * @param timing where the timing thread was
     */
    boolean closingToQuietByForce(List<Run> runs, List<StuckThread> seen, StuckThread timing) {
        lock.lock();
        try {
            if (life != Life.CLOSING) {
                return false;
            }
            List<StuckThread> stuck = new ArrayList<>(runs.size() + 1); // before anything has changed: it needs memory
            for (int i = 0; i < runs.size(); i++) {
                if (running.contains(runs.get(i).timer())) {
                    stuck.add(seen.get(i));
                }
            }
            if (handingOver) {
                stuck.add(timing);
            }
            stuckThreads = stuck;
            for (ScheduledTimer timer : running) {
                settle(timer, TimerState.UNKNOWN);
            }
            running.clear();
            life = Life.QUIET;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the end has been decided: it is under way, or over. */
    boolean isQuiet() {
        lock.lock();
        try {
            return life == Life.QUIET || life == Life.TERMINATED;
        } finally {
            lock.unlock();
        }
    }

    void quietToTerminated() {
        lock.lock();
        try {
            life = Life.TERMINATED;
            terminated.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all has ended.
     *
     * @return {@code false} if the deadline expired first
     */
    boolean awaitTerminated(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (life != Life.TERMINATED) {
                if (!deadline.await(lock, terminated)) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a thread is running a callback. */
    boolean isRunningOn(Thread thread) {
        lock.lock();
        try {
            return running.stream().anyMatch(timer -> timer.runner == thread);
        } finally {
            lock.unlock();
        }
    }

    // ---- what is to be seen

    TimersReport report() {
        lock.lock();
        try {
            return new TimersReport(
                    name, balanceLocked(), returned.asList(), stuckThreads, life == Life.TERMINATED, failure);
        } finally {
            lock.unlock();
        }
    }

    TimerBalance balance() {
        lock.lock();
        try {
            return balanceLocked();
        } finally {
            lock.unlock();
        }
    }

    long count(ToLongFunction<TimerTally> of) {
        lock.lock();
        try {
            return of.applyAsLong(tally);
        } finally {
            lock.unlock();
        }
    }

    int places() {
        lock.lock();
        try {
            return places;
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    @GuardedBy("lock")
    private void enqueue(ScheduledTimer timer, long dueNanos) {
        timer.dueNanos = dueNanos;
        timer.order = nextOrder++;
        timer.state = TimerState.SCHEDULED;
        waiting.add(timer);
        sleeper.wakeFor(timer);
    }

    @GuardedBy("lock")
    private void settle(ScheduledTimer timer, TimerState state) {
        boolean heldPlace = timer.state != TimerState.RUNNING || timer.cadence.isPeriodic();
        timer.state = state;
        timer.callback = null;
        if (heldPlace) {
            places--;
            if (life == Life.OPEN) {
                waiting.giveBack(places);
                due.giveBack(places);
            }
        }
        tally.settled(state);
    }

    @GuardedBy("lock")
    private void handBack(DueHeap<ScheduledTimer> timers) {
        for (ScheduledTimer timer = timers.peek(); timer != null; timer = timers.peek()) {
            timers.remove(timer);
            giveBack(timer);
        }
        timers.giveAllBack(); // at once, since with no memory each attempt to keep less would be a long one
    }

    @GuardedBy("lock")
    private void giveBack(ScheduledTimer timer) {
        returned.add(timer);
        settle(timer, TimerState.RETURNED);
    }

    /** A set that finds no memory to grow has taken the timer in all the same: nothing runs that has not begun. */
    @GuardedBy("lock")
    private void addRunning(ScheduledTimer timer) {
        boolean added = false;
        try {
            added = running.add(timer);
        } finally {
            if (!added) {
                running.remove(timer);
            }
        }
    }

    @GuardedBy("lock")
    private TimerBalance balanceLocked() {
        return tally.balance(waiting.size() + due.size(), running.size());
    }

    @GuardedBy("lock")
    private RejectedExecutionException refusal() {
        String ending = failure == null ? "have been closed" : "have failed and closed";
        RejectedExecutionException refusal = new RejectedExecutionException("timers '" + name
                + "' refused a timer: they " + ending + " (" + life
                + "); schedule before close, or start new timers");
        if (failure != null) {
            refusal.initCause(failure);
        }
        return refusal;
    }
}
