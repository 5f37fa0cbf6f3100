// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 *
 * <p>There may be no memory. So all that a teardown takes is made when the gate is built (an {@link Ending} for each
 * component): leaving the gate, deciding on what is to be done and the end allocate nothing. What does, the stack of one
 * that is given up and the threads, may fail: then every close that is left begins at once, in the leading thread if there
 * is no other.
 */
final class Teardown {

    private final Duration rollbackTimeout;

    private final Board board;
    private final GateThreads threads;
    private final GateMetrics metrics;
    private final GateLog log;

    /** In the order of closing. */
    private final List<Ending<?>> endings;

    private final Runnable recordStarter = this::recordStarter;
    private final Runnable startLeading;
    private final Runnable nothing;

    /** The leading thread looks no more. */
    @GuardedBy("board.lock")
    private boolean over;

    Teardown(Duration rollbackTimeout, Board board, GateThreads threads, GateMetrics metrics, GateLog log) {
        this.rollbackTimeout = rollbackTimeout;
        this.board = board;
        this.threads = threads;
        this.metrics = metrics;
        this.log = log;
        List<Ending<?>> all = new ArrayList<>();
        for (Slot<?> slot : board.plan.inOrderOfClosing()) {
            all.add(new Ending<>(slot, board, threads, log));
        }
        this.endings = List.copyOf(all);
        Runnable lead = this::lead;
        this.startLeading = () -> threads.tearingDown(lead);
        this.nothing = () -> {};
    }

    /** Stops the gate, or brings the deadline of its teardown forward if that has begun. */
    void stop(Duration timeout) {
        Runnable afterUnlock;
        board.lock.lock();
        try {
            afterUnlock = begin(Failure.STOPPED, null, timeout);
        } finally {
            board.lock.unlock();
        }
        afterUnlock.run();
    }

    /**
     * Rolls the gate back, if it is still starting. Called under the lock, so that the failure and what it leads to are
     * one step; the caller runs what is returned after it has unlocked.
     */
    Runnable begin(Failure because, @Nullable Throwable cause) {
        board.lock.lock();
        try {
            return begin(because, cause, rollbackTimeout);
        } finally {
            board.lock.unlock();
        }
    }

    /** Needs no memory: a gate that has been left and has no leader would never report. */
    @GuardedBy("board.lock")
    private Runnable begin(Failure because, @Nullable Throwable cause, Duration timeout) {
        long now = board.clock.nanoTime();
        long deadline = now + Deadline.nanosOf(timeout);
        if (!board.canLeave(because)) {
            boolean stop = because.reason() == StartupFailed.Reason.STOPPED;
            if (stop && deadline - board.deadlineNanos < 0) {
                board.deadlineNanos = deadline;
                board.changed.signalAll();
            }
            return nothing;
        }
        board.leave(because, cause, now, deadline);
        for (int i = 0; i < endings.size(); i++) { // by its index, here and below: an iterator would be an object
            endings.get(i).begin(now, deadline);
        }
        return startLeading;
    }

    /** A component has come back from its factory, and is ready. Called and answered like {@link #begin}. */
    Runnable arrived(Slot<?> slot) {
        board.lock.lock();
        try {
            for (int i = 0; over && i < endings.size(); i++) {
                if (endings.get(i).isOf(slot)) {
                    return endings.get(i).beginLateClose(board.clock.nanoTime(), board.deadlineNanos);
                }
            }
            return nothing;
        } finally {
            board.lock.unlock();
        }
    }

    private void lead() {
        boolean interrupted = false;
        board.led(Thread.currentThread());
        try {
            startRecording();
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
        log.stopped(board);
        log.clockFailed(board.clock.takeFailure());
    }

    /** The wait of the thread that starts is over: recorded in a thread of its own, for the registry is foreign code. */
    private void startRecording() {
        if (board.starterWaitedNanos() >= 0) {
            threads.recording(recordStarter);
        }
    }

    private void recordStarter() {
        metrics.waited(GateMetrics.Outcome.of(board.reason()), board.starterWaitedNanos());
    }

    /** Waits for something to do and does it; {@code false} when all is settled. */
    private boolean step() throws InterruptedException {
        boolean more = awaitDecisions();
        performDecisions();
        for (int i = 0; i < endings.size(); i++) {
            endings.get(i).look();
        }
        return more;
    }

    private boolean awaitDecisions() throws InterruptedException {
        board.lock.lock();
        try {
            while (true) {
                if (decide()) {
                    return true;
                }
                if (allSettled()) {
                    over = true;
                    return false;
                }
                board.awaitChange(nextLook());
            }
        } finally {
            board.lock.unlock();
        }
    }

    @GuardedBy("board.lock")
    private boolean decide() {
        long now = board.clock.nanoTime();
        boolean any = false;
        for (int i = 0; i < endings.size(); i++) {
            any |= endings.get(i).decide(now, board.deadlineNanos);
        }
        return any;
    }

    private void performDecisions() {
        for (int i = 0; i < endings.size(); i++) {
            endings.get(i).perform();
        }
    }

    /** The leading thread has failed: what it had not reached is begun at once, as at the deadline. Needs no memory. */
    private void closeAllThatIsLeft() {
        board.lock.lock();
        try {
            over = true;
            long now = board.clock.nanoTime();
            for (int i = 0; i < endings.size(); i++) {
                endings.get(i).decideCloseIfReady(now, board.deadlineNanos);
            }
        } finally {
            board.lock.unlock();
        }
        performDecisions(); // those made before it failed too
    }

    /** Needs no memory until all are told. */
    private void finish() {
        board.lock.lock();
        try {
            over = true;
            board.settle();
        } finally {
            board.lock.unlock();
        }
        try {
            metrics.close(); // before anybody hears of the end, so that the name is free for whoever starts again
        } catch (Throwable e) { // an Error of the registry's: the report must come all the same
            log.broken(e);
        }
        board.lock.lock();
        try {
            board.terminate();
        } finally {
            board.lock.unlock();
        }
    }

    @GuardedBy("board.lock")
    private long nextLook() {
        long next = board.deadlineNanos;
        for (int i = 0; i < endings.size(); i++) {
            long look = endings.get(i).nextLook(board.deadlineNanos);
            if (look - next < 0) {
                next = look;
            }
        }
        return next;
    }

    @GuardedBy("board.lock")
    private boolean allSettled() {
        for (int i = 0; i < endings.size(); i++) {
            if (!endings.get(i).isSettled()) {
                return false;
            }
        }
        return true;
    }
}
