// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How the {@link Teardown} ends one component: its close, and the interrupts before and after. All that is to be run for it
 * is made when the gate is built, so that deciding on it needs no memory, and what has been decided is not lost for want
 * of it. What it decides by is guarded by the board's lock.
 *
 * <p>An interrupt looks for its thread when it is sent, and not when it is decided on: one that has left the factory by
 * then is not interrupted.
 */
final class Ending<T extends AutoCloseable> {

    private final Slot<T> slot;
    private final List<Slot<?>> dependents;
    private final boolean needsOthers;

    private final Board board;
    private final GateLog log;

    private final Runnable close = this::close;
    private final Runnable callOff = this::callOff;
    private final Runnable giveUp = this::giveUp;

    private final Runnable startClosing;
    private final Runnable startLateClosing;
    private final Runnable startCallingOff;
    private final Runnable startGivingUp;

    /** What has been decided on and not been done. Of the leading thread alone. */
    private @Nullable Runnable due;

    /** Where it was when it had been in user code for too long; to be taken if {@link #toLook}. Of the leading thread alone. */
    private @Nullable Look look;

    private boolean toLook;

    Ending(Slot<T> slot, Board board, GateThreads threads, GateLog log) {
        this.slot = slot;
        this.dependents = List.copyOf(board.plan.dependents(slot));
        this.needsOthers = !board.plan.dependencies(slot).isEmpty();
        this.board = board;
        this.log = log;
        this.startClosing = () -> threads.closing(slot.name, close);
        this.startLateClosing = () -> {
            startClosing.run();
            log.lateArrival(slot);
        };
        this.startCallingOff = () -> threads.interrupting(slot.name, callOff);
        this.startGivingUp = () -> threads.interrupting(slot.name, giveUp);
    }

    boolean isOf(Slot<?> other) {
        return slot == other;
    }

    boolean isSettled() {
        return slot.isSettled();
    }

    /** The gate is left: what has not begun never does, and the factory that is running gets its share of the time. */
    void begin(long now, long deadline) {
        if (slot.state() == ComponentState.PENDING) {
            slot.unstarted2NotStarted();
        } else if (slot.state() == ComponentState.STARTING) {
            slot.giveUpNanos = giveUpAt(now, deadline);
        }
    }

    /** Decides what is to be done with it now; answers whether anything is. */
    boolean decide(long now, long deadline) {
        if (slot.state() == ComponentState.READY && dependentsSettled()) {
            due = beginClose(now, deadline);
        } else if (slot.state() == ComponentState.STARTING && !slot.calledOff) {
            slot.calledOff = true;
            due = startCallingOff;
        } else if (isBusy() && dueAt(deadline) - now <= 0) {
            TimeoutException stack = look == null ? null : look.stack();
            if (stack == null) {
                look = new Look(slot);
                toLook = true;
            } else {
                slot.givenUp = stack;
                look = null;
                due = startGivingUp;
            }
        }
        return due != null || toLook;
    }

    /** Looks where it is, if it is to be given up: that is decided then. Called without the lock; may throw. */
    void look() {
        if (toLook && look != null) {
            toLook = false;
            look.take();
        }
    }

    /** Decides that it is closed now, whatever it needs and whoever needs it, if it is there to be closed. */
    void decideCloseIfReady(long now, long deadline) {
        if (slot.state() == ComponentState.READY) {
            due = beginClose(now, deadline);
        }
    }

    /** The component is to be closed from now on; the caller runs what is returned, without the lock. */
    Runnable beginClose(long now, long deadline) {
        slot.ready2Closing(giveUpAt(now, deadline), deadline - now > 0);
        return startClosing;
    }

    /** As {@link #beginClose}, for one that has arrived when the leading thread looked no more. */
    Runnable beginLateClose(long now, long deadline) {
        beginClose(now, deadline);
        return startLateClosing;
    }

    /** Does what has been decided on. Called without the lock. */
    void perform() {
        Runnable action = due;
        due = null;
        if (action == null) {
            return;
        }
        try {
            action.run();
        } catch (Throwable e) { // one that fails must not keep the others from happening
            log.broken(e);
        }
    }

    /** When to look at it again, if it is waited for. */
    long nextLook(long deadline) {
        return isBusy() ? dueAt(deadline) : deadline;
    }

    /** In user code, and waited for. */
    private boolean isBusy() {
        return slot.isBusy() && slot.givenUp == null;
    }

    /** Keeps a tenth of the time left for those behind a component, if there are any. */
    private long giveUpAt(long now, long deadline) {
        long left = Math.max(0, deadline - now);
        return needsOthers ? now + left - left / 10 : now + left;
    }

    /** A stop may have brought the deadline forward since {@link #giveUpAt}. */
    private long dueAt(long deadline) {
        return slot.giveUpNanos - deadline < 0 ? slot.giveUpNanos : deadline;
    }

    private boolean dependentsSettled() {
        for (int i = 0; i < dependents.size(); i++) {
            if (!dependents.get(i).isSettled()) {
                return false;
            }
        }
        return true;
    }

    private void callOff() {
        Thread thread;
        board.lock.lock();
        try {
            thread = slot.state() == ComponentState.STARTING ? slot.thread : null;
        } finally {
            board.lock.unlock();
        }
        interrupt(thread);
    }

    /** Told of it are the thread, if it had time to begin with, and the log; not by the leading thread, which they may hold. */
    private void giveUp() {
        Thread thread;
        TimeoutException stack;
        board.lock.lock();
        try {
            stack = slot.givenUp;
            thread = slot.state() == ComponentState.STARTING || slot.closeHasTime ? slot.thread : null;
        } finally {
            board.lock.unlock();
        }
        if (stack != null) { // else it has come back, and is waited for in its close
            interrupt(thread);
            log.givenUp(slot, stack);
        }
    }

    private void interrupt(@Nullable Thread thread) {
        if (thread == null) {
            return;
        }
        try {
            thread.interrupt();
        } catch (Throwable e) { // a channel's, say: the thread is interrupted all the same
            log.interruptFailed(slot, e);
        }
    }

    private void close() {
        T object = enterClose();
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
    private T enterClose() {
        board.lock.lock();
        try {
            slot.thread = Thread.currentThread();
            if (slot.givenUp != null && slot.closeHasTime) {
                Thread.currentThread().interrupt();
            }
            return slot.takeToClose();
        } finally {
            board.lock.unlock();
        }
    }
}
