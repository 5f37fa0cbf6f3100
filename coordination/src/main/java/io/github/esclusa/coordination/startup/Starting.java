// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.Whereabouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Starts the components of a gate, each in a thread of its own as soon as what it needs is ready.
 *
 * <p>The thread that called {@code start} keeps the time and starts threads; it is the only one that does, and the only
 * one that opens the gate. The threads of the components report what became of their factories. Between the moment a
 * component is marked as starting and the moment its thread runs, the gate may have been torn down: the thread's first
 * act is therefore to look ({@link #enterFactory}), under the lock under which teardown looks for threads to interrupt,
 * so that either teardown interrupts it or it never calls its factory.
 */
final class Starting {

    private final Board board;
    private final Teardown teardown;
    private final GateThreads threads;
    private final GateLog log;

    /** At those who are late. Of the starting thread alone. */
    private final Map<Slot<?>, Look> looks = new HashMap<>();

    Starting(Board board, Teardown teardown, GateThreads threads, GateLog log) {
        this.board = board;
        this.teardown = teardown;
        this.threads = threads;
        this.log = log;
    }

    /** Returns whether the gate became ready; if not, or if it throws, its teardown has begun. */
    boolean run(Duration timeout) throws InterruptedException {
        try {
            return startAll(timeout);
        } catch (InterruptedException e) {
            teardown.begin(Failure.INTERRUPTED, null).run();
            throw e;
        } catch (Throwable e) { // no memory, say: what is ready must be closed, and whoever waits be told
            teardown.begin(Failure.broken(e), e).run();
            return false;
        }
    }

    private boolean startAll(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout, board.clock);
        List<Slot<?>> startable = new ArrayList<>(board.plan.slots().size()); // whoever is marked is listed
        while (true) {
            boolean ready;
            boolean launched = false;
            try {
                ready = awaitStartable(timeout, deadline, startable);
            } finally {
                launched =
                        launchAll(startable); // whoever is marked is launched, also where memory ran out after the mark
            }
            if (!launched) {
                return ready;
            }
        }
    }

    /** By its index, which needs no memory. */
    private boolean launchAll(List<Slot<?>> startable) {
        for (int i = 0; i < startable.size(); i++) {
            launch(startable.get(i));
        }
        boolean any = !startable.isEmpty();
        startable.clear();
        return any;
    }

    /** Waits until components can be started, which it marks and lists, or until the start is decided: nothing listed. */
    private boolean awaitStartable(Duration timeout, Deadline deadline, List<Slot<?>> startable)
            throws InterruptedException {
        Runnable afterUnlock = () -> {};
        board.lock.lock();
        try {
            while (board.state() == GateState.STARTING) {
                if (board.starting2Ready()) {
                    return true;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                long now = board.clock.nanoTime();
                if (lookAtOneWhoIsLate(deadline, now)) {
                    continue; // all may be different by now
                }
                Failure late = timedOut(timeout, deadline, now);
                if (late != null) {
                    afterUnlock = teardown.begin(
                            late, late.others().isEmpty() ? null : late.others().get(0));
                    return false;
                }
                markStartable(startable);
                if (!startable.isEmpty()) {
                    return false;
                }
                board.awaitChange(nextDeadline(deadline));
            }
            return false;
        } finally {
            board.lock.unlock();
            afterUnlock.run();
        }
    }

    @GuardedBy("board.lock")
    private void markStartable(List<Slot<?>> startable) {
        long now = board.clock.nanoTime();
        for (Slot<?> slot : board.plan.slots()) {
            if (slot.state() == ComponentState.PENDING && board.waitsFor(slot).isEmpty()) {
                slot.pending2Starting(now);
                startable.add(slot);
            }
        }
    }

    private void launch(Slot<?> slot) {
        try {
            threads.starting(slot.name, () -> start(slot));
        } catch (Throwable e) { // no more threads: to the gate, a component that failed
            failed(slot, e);
        }
    }

    private <T extends AutoCloseable> void start(Slot<T> slot) {
        if (!enterFactory(slot)) {
            return;
        }
        T value;
        try {
            value = slot.factory.call();
            if (value == null) {
                throw new IllegalStateException("the factory of " + slot + " returned null: there is nothing to close");
            }
        } catch (Throwable e) { // an Error too: else its dependents and the gate would wait for nothing
            failed(slot, e);
            return;
        }
        arrived(slot, value);
    }

    private boolean enterFactory(Slot<?> slot) {
        board.lock.lock();
        try {
            if (board.state() == GateState.STARTING) {
                slot.thread = Thread.currentThread();
                return true;
            }
            slot.unstarted2NotStarted();
            board.changed.signalAll();
            return false;
        } finally {
            board.lock.unlock();
        }
    }

    private <T extends AutoCloseable> void arrived(Slot<T> slot, T value) {
        Runnable afterUnlock;
        long took;
        board.lock.lock();
        try {
            slot.starting2Ready(value, board.clock.nanoTime());
            took = slot.startupNanos;
            afterUnlock = teardown.arrived(slot);
            board.changed.signalAll();
        } finally {
            board.lock.unlock();
        }
        afterUnlock.run();
        log.componentReady(slot, took);
    }

    /** Needs no memory: it may be for want of it that the factory failed. */
    private void failed(Slot<?> slot, Throwable cause) {
        Failure failure = slot.factoryFailed.describing(cause);
        Runnable afterUnlock;
        board.lock.lock();
        try {
            slot.starting2Failed(cause, board.clock.nanoTime());
            afterUnlock = teardown.begin(failure, cause);
            board.changed.signalAll();
        } finally {
            board.lock.unlock();
        }
        afterUnlock.run();
        log.componentFailed(slot, cause);
    }

    @GuardedBy("board.lock")
    private long nextDeadline(Deadline deadline) {
        long next = deadline.nanoTime();
        for (Slot<?> slot : board.plan.slots()) {
            long due = slot.beganNanos + slot.timeoutNanos;
            if (slot.state() == ComponentState.STARTING && due - next < 0) {
                next = due;
            }
        }
        return next;
    }

    /** Without the lock: answers whether somebody was to be looked at. */
    @GuardedBy("board.lock")
    private boolean lookAtOneWhoIsLate(Deadline deadline, long now) {
        for (Slot<?> slot : board.plan.slots()) {
            if (slot.state() == ComponentState.STARTING
                    && (isOver(deadline, now) || isLate(slot, now))
                    && seen(slot) == null) {
                Look look = new Look(slot);
                looks.put(slot, look);
                board.lock.unlock();
                try {
                    look.take();
                } finally {
                    board.lock.lock();
                }
                return true;
            }
        }
        return false;
    }

    @GuardedBy("board.lock")
    private @Nullable TimeoutException seen(Slot<?> slot) {
        Look look = looks.get(slot);
        return look == null ? null : look.stack();
    }

    private static boolean isOver(Deadline deadline, long now) {
        return deadline.nanoTime() - now <= 0;
    }

    private static boolean isLate(Slot<?> slot, long now) {
        return slot.beganNanos + slot.timeoutNanos - now <= 0;
    }

    /** The failure, if the whole start or a component is late: names who is to blame and where each of them is. */
    @GuardedBy("board.lock")
    private @Nullable Failure timedOut(Duration timeout, Deadline deadline, long now) {
        boolean all = isOver(deadline, now);
        List<String> culprits = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<TimeoutException> stacks = new ArrayList<>();
        for (Slot<?> slot : board.plan.slots()) {
            if (slot.state() != ComponentState.STARTING) {
                continue;
            }
            boolean itself = isLate(slot, now);
            TimeoutException stack = all || itself ? seen(slot) : null;
            if (stack != null) {
                culprits.add(slot.name);
                stacks.add(stack);
                reasons.add("component '" + slot.name + "' was still starting after "
                        + Duration.ofNanos(now - slot.beganNanos)
                        + (itself ? ", its timeout is " + Duration.ofNanos(slot.timeoutNanos) : "")
                        + whereabouts(stack));
            }
        }
        if (culprits.isEmpty() && !all) {
            return null;
        }
        for (Slot<?> slot : board.plan.slots()) {
            List<String> waitsFor = board.waitsFor(slot);
            if (!waitsFor.isEmpty()) {
                reasons.add("'" + slot.name + "' waited for " + String.join(", ", waitsFor));
            } else if (slot.state() == ComponentState.PENDING && culprits.isEmpty()) {
                reasons.add("'" + slot.name + "' was next");
            }
        }
        String what = (all ? "not ready within " + timeout + ": " : "") + String.join("; ", reasons);
        return Failure.timedOut(culprits, what, stacks);
    }

    private static String whereabouts(TimeoutException stack) {
        List<StackTraceElement> frames = List.of(stack.getStackTrace());
        return frames.isEmpty() ? "" : " (" + Whereabouts.in(frames) + ")";
    }
}
