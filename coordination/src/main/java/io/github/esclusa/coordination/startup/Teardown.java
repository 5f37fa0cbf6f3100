// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Closes what a gate has started, in reverse order of need: after a stop as after a failure.
 *
 * <p>One thread, {@code <gate>-stop}, leads it. A component is closed once all that started after it have settled, each
 * close in a thread of its own; those that do not need one another are closed at the same time. A component still in its
 * factory is interrupted and treated like one in its close: what it needs stays open until it has come back.
 *
 * <p>A component in user code that others stand behind gets nine tenths of the time left, one that nobody stands behind
 * all of it. When that is over it is interrupted and no longer waited for, and those behind it are closed in the rest:
 * a hung close costs the others time, but not their own close. At the deadline nothing is waited for: what has not
 * begun to close begins, uninterrupted since it never had time, and the report is given.
 *
 * <p>An interrupt runs foreign code, the blocker of an interruptible channel for example, and so do the meter registry and
 * the log: before the report is there, each is called by a thread of its own, so that one that throws or blocks holds up
 * neither the leading thread nor whoever asked to stop.
 *
 * <p>A factory that comes back while this lasts puts its component in {@link ComponentState#READY}, where the leading
 * thread finds it like any other. One that comes back later is closed by {@link #arrived}. {@link #over} decides between
 * the two, set under the lock under which arrivals are entered: each of them is seen by exactly one.
 */
final class Teardown {

    private final Duration rollbackTimeout;

    private final Board board;
    private final GateThreads threads;
    private final GateMetrics metrics;
    private final GateLog log;

    /** Made beforehand: once the gate is left, nothing may keep its teardown from being led. */
    private final Runnable startLeading;

    @GuardedBy("board.lock")
    private long beganNanos;

    @GuardedBy("board.lock")
    private long deadlineNanos;

    /** How long the thread that starts had waited by then; {@code null} if none did. */
    @GuardedBy("board.lock")
    private @Nullable Long starterWaited;

    /** Why; set with {@link #beganNanos}. */
    @GuardedBy("board.lock")
    private Failure why = Failure.stopped();

    /** The leading thread looks no more. */
    @GuardedBy("board.lock")
    private boolean over;

    Teardown(Duration rollbackTimeout, Board board, GateThreads threads, GateMetrics metrics, GateLog log) {
        this.rollbackTimeout = rollbackTimeout;
        this.board = board;
        this.threads = threads;
        this.metrics = metrics;
        this.log = log;
        Runnable lead = this::lead;
        this.startLeading = () -> threads.tearingDown(lead);
    }

    /** Stops the gate, or brings the deadline of its teardown forward if that has begun. */
    void stop(Duration timeout) {
        Runnable afterUnlock;
        board.lock.lock();
        try {
            afterUnlock = begin(Failure.stopped(), timeout);
        } finally {
            board.lock.unlock();
        }
        afterUnlock.run();
    }

    /**
     * Rolls the gate back, if it is still starting. Called under the lock, so that the failure and what it leads to are
     * one step; the caller runs what is returned after it has unlocked.
     */
    Runnable begin(Failure because) {
        board.lock.lock();
        try {
            return begin(because, rollbackTimeout);
        } finally {
            board.lock.unlock();
        }
    }

    /**
     * Whatever needs memory comes before the gate is left: a gate that has been left and has no leader would never report.
     */
    @GuardedBy("board.lock")
    private Runnable begin(Failure because, Duration timeout) {
        long now = board.clock.nanoTime();
        long deadline = now + Deadline.nanosOf(timeout);
        if (!board.canLeave(because)) {
            boolean stop = because.reason() == StartupFailed.Reason.STOPPED;
            if (stop && deadline - deadlineNanos < 0) {
                deadlineNanos = deadline;
                board.changed.signalAll();
            }
            return () -> {};
        }
        why = because;
        starterWaited = board.starterWaited(now);
        beganNanos = now;
        deadlineNanos = deadline;
        List<Slot<?>> pending = new ArrayList<>();
        for (Slot<?> slot : board.plan.slots()) {
            if (slot.state() == ComponentState.PENDING) {
                pending.add(slot);
            } else if (slot.state() == ComponentState.STARTING) {
                slot.giveUpNanos = giveUpAt(slot, now);
            }
        }
        board.leave(because);
        for (int i = 0; i < pending.size(); i++) { // by its index: an iterator would be one more object
            pending.get(i).unstarted2NotStarted();
        }
        return startLeading;
    }

    /** A component has come back from its factory, and is ready. Called and answered like {@link #begin}. */
    Runnable arrived(Slot<?> slot) {
        Runnable close;
        board.lock.lock();
        try {
            if (!over) {
                return () -> {};
            }
            close = beginClose(slot, board.clock.nanoTime());
        } finally {
            board.lock.unlock();
        }
        return () -> {
            threads.closing(slot.name, close);
            log.lateArrival(slot);
        };
    }

    private void lead() {
        boolean interrupted = false;
        board.led(Thread.currentThread());
        try {
            recordStarter();
            boolean more = true;
            while (more) {
                try {
                    more = step();
                } catch (InterruptedException e) { // not ours to be told: the deadline ends this, nothing else
                    interrupted = true;
                }
            }
        } catch (Throwable e) { // no memory, say: every close and the report must come all the same
            closeAllThatIsLeft();
            log.broken(e);
        } finally {
            finish();
            board.led(null);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The wait of the thread that starts is over: recorded in a thread of its own, for the registry is foreign code. */
    private void recordStarter() {
        Long waited;
        StartupFailed.Reason reason;
        board.lock.lock();
        try {
            waited = starterWaited;
            reason = why.reason();
        } finally {
            board.lock.unlock();
        }
        if (waited != null) {
            threads.recording(() -> metrics.waited(GateMetrics.Outcome.of(reason), waited));
        }
    }

    /** Waits for something to do and does it; {@code false} when all is settled. */
    private boolean step() throws InterruptedException {
        List<Runnable> actions = new ArrayList<>();
        try {
            return awaitActions(actions);
        } finally {
            actions.forEach(this::perform); // those found before a failure too: their components are marked
        }
    }

    private boolean awaitActions(List<Runnable> actions) throws InterruptedException {
        board.lock.lock();
        try {
            while (true) {
                long now = board.clock.nanoTime();
                for (Slot<?> slot : board.plan.slots()) {
                    addActions(slot, now, actions);
                }
                if (!actions.isEmpty()) {
                    return true;
                }
                if (allSettled()) {
                    over = true;
                    return false;
                }
                board.clock.awaitUntil(board.lock, board.changed, nextGiveUp());
            }
        } finally {
            board.lock.unlock();
        }
    }

    private void perform(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) { // one that fails must not keep the others from happening
            log.broken(e);
        }
    }

    /** The leading thread has failed: what it had not reached is begun at once, as at the deadline. */
    private void closeAllThatIsLeft() {
        List<Runnable> actions = new ArrayList<>();
        board.lock.lock();
        try {
            over = true;
            long now = board.clock.nanoTime();
            for (Slot<?> slot : board.plan.slots()) {
                if (slot.state() == ComponentState.READY) {
                    addClose(slot, now, actions);
                }
            }
        } finally {
            board.lock.unlock();
        }
        actions.forEach(this::perform);
    }

    @GuardedBy("board.lock")
    private void addActions(Slot<?> slot, long now, List<Runnable> actions) {
        if (slot.state() == ComponentState.READY && dependentsSettled(slot)) {
            addClose(slot, now, actions);
        } else if (slot.state() == ComponentState.STARTING && !slot.calledOff) {
            slot.calledOff = true;
            addInterrupt(slot, actions);
        } else if (slot.isBusy() && slot.givenUp == null && dueAt(slot) - now <= 0) {
            TimeoutException stack =
                    board.stackOf(slot, slot.state() == ComponentState.STARTING ? "starting" : "closing");
            slot.givenUp = stack;
            addGivingUp(slot, stack, actions);
        }
    }

    /** Told of it are the thread, if it had time to begin with, and the log; not by the leading thread, which they may hold. */
    @GuardedBy("board.lock")
    private void addGivingUp(Slot<?> slot, TimeoutException stack, List<Runnable> actions) {
        Thread thread = slot.state() == ComponentState.STARTING || slot.closeHasTime ? slot.thread : null;
        actions.add(() -> threads.interrupting(slot.name, () -> {
            if (thread != null) {
                interrupt(slot, thread);
            }
            log.givenUp(slot, stack);
        }));
    }

    @GuardedBy("board.lock")
    private void addClose(Slot<?> slot, long now, List<Runnable> actions) {
        Runnable close = beginClose(slot, now);
        actions.add(() -> threads.closing(slot.name, close));
    }

    @GuardedBy("board.lock")
    private void addInterrupt(Slot<?> slot, List<Runnable> actions) {
        Thread thread = slot.thread;
        if (thread != null) {
            actions.add(() -> threads.interrupting(slot.name, () -> interrupt(slot, thread)));
        }
    }

    private void interrupt(Slot<?> slot, Thread thread) {
        try {
            thread.interrupt();
        } catch (Throwable e) { // a channel's, say: the thread is interrupted all the same
            log.interruptFailed(slot, e);
        }
    }

    @GuardedBy("board.lock")
    private <T extends AutoCloseable> Runnable beginClose(Slot<T> slot, long now) {
        T object = slot.ready2Closing(giveUpAt(slot, now), deadlineNanos - now > 0);
        return () -> close(slot, object);
    }

    private void close(Slot<?> slot, AutoCloseable object) {
        enterClose(slot);
        Throwable failure = null;
        try {
            object.close();
        } catch (Throwable e) { // an Error too: the others must be closed
            failure = e;
        }
        board.lock.lock();
        try {
            slot.closing2Closed(failure);
            board.changed.signalAll();
        } finally {
            board.lock.unlock();
        }
        if (failure == null) {
            log.closed(slot);
        } else {
            log.closeFailed(slot, failure);
        }
    }

    /** One that is given up before its thread is here interrupts itself: nobody else will. */
    private void enterClose(Slot<?> slot) {
        board.lock.lock();
        try {
            slot.thread = Thread.currentThread();
            if (slot.givenUp != null && slot.closeHasTime) {
                Thread.currentThread().interrupt();
            }
        } finally {
            board.lock.unlock();
        }
    }

    private void finish() {
        StopReport report;
        board.lock.lock();
        try {
            over = true;
            report = board.stopReport(beganNanos);
            board.reported(report);
        } finally {
            board.lock.unlock();
        }
        try {
            metrics.close(); // before anybody hears of the end, so that the name is free for whoever starts again
        } catch (Throwable e) { // an Error of the registry's: the report must come all the same
            log.broken(e);
        } finally {
            board.terminated();
        }
        log.stopped(report);
        log.clockFailed(board.clock.takeFailure());
    }

    /** Keeps a tenth of the time left for those behind a component, if there are any. */
    @GuardedBy("board.lock")
    private long giveUpAt(Slot<?> slot, long now) {
        long left = Math.max(0, deadlineNanos - now);
        return board.plan.dependencies(slot).isEmpty() ? now + left : now + left - left / 10;
    }

    /** A stop may have brought the deadline forward since {@link #giveUpAt}. */
    @GuardedBy("board.lock")
    private long dueAt(Slot<?> slot) {
        return slot.giveUpNanos - deadlineNanos < 0 ? slot.giveUpNanos : deadlineNanos;
    }

    @GuardedBy("board.lock")
    private long nextGiveUp() {
        long next = deadlineNanos;
        for (Slot<?> slot : board.plan.slots()) {
            if (slot.isBusy() && slot.givenUp == null && dueAt(slot) - next < 0) {
                next = dueAt(slot);
            }
        }
        return next;
    }

    @GuardedBy("board.lock")
    private boolean dependentsSettled(Slot<?> slot) {
        return board.plan.dependents(slot).stream().allMatch(Slot::isSettled);
    }

    @GuardedBy("board.lock")
    private boolean allSettled() {
        return board.plan.slots().stream().allMatch(Slot::isSettled);
    }
}
