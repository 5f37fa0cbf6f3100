// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The state of one gate and of its components, and the one lock that guards both.
 *
 * <p>Every transition is made under {@link #lock} and signals {@link #changed} to all: whoever waits at the gate, starts
 * it or stops it, tests what it waits for again. Nothing foreign is called under the lock.
 */
final class Board {

    final String name;
    final Plan plan;
    final Clock clock;

    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();

    /** Written under {@link #lock}; gauges and messages read it without. */
    private volatile GateState state = GateState.NEW;

    @GuardedBy("lock")
    private boolean started;

    @GuardedBy("lock")
    private @Nullable Failure failure;

    @GuardedBy("lock")
    private @Nullable StopReport report;

    Board(String name, Plan plan, Clock clock) {
        this.name = name;
        this.plan = plan;
        this.clock = clock;
    }

    GateState state() {
        return state;
    }

    /** A stop may have come first, from a shutdown hook for example: that is an answer, a second start is a mistake. */
    void new2Starting() {
        boolean stopped;
        lock.lock();
        try {
            if (state == GateState.NEW) {
                state = GateState.STARTING;
                started = true;
                return;
            }
            stopped = !started;
        } finally {
            lock.unlock();
        }
        if (stopped) {
            throw startupFailed();
        }
        throw new IllegalStateException(
                "gate '" + name + "' cannot be started, it is " + state + ": a gate starts once, build another");
    }

    /** Opens the gate if it is still starting and every component is ready. */
    @GuardedBy("lock")
    boolean starting2Ready() {
        for (Slot<?> slot : plan.slots()) {
            if (slot.state() != ComponentState.READY) {
                return false;
            }
        }
        state = GateState.READY;
        changed.signalAll();
        return true;
    }

    /**
     * Leaves the way to readiness, or readiness, for good. The first to do so decides how: a failure counts only while
     * the gate is starting, a stop until then and while it is ready.
     */
    @GuardedBy("lock")
    boolean leave(Failure why) {
        boolean stop = why.reason() == StartupFailed.Reason.STOPPED;
        if (state != GateState.STARTING && !(stop && (state == GateState.NEW || state == GateState.READY))) {
            return false;
        }
        state = stop ? GateState.STOPPING : GateState.FAILED;
        failure = why;
        changed.signalAll();
        return true;
    }

    void terminated(StopReport result) {
        lock.lock();
        try {
            report = result;
            if (state == GateState.STOPPING) {
                state = GateState.STOPPED;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    StopReport awaitReport() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                StopReport result = report;
                if (result != null) {
                    return result;
                }
                changed.await(); // not for ever: teardown reports at its deadline, whatever the components do
            }
        } finally {
            lock.unlock();
        }
    }

    void awaitReportUninterruptibly() {
        lock.lock();
        try {
            while (report == null) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the gate is ready, has failed or is stopping, or a deadline has passed; says which by the state. */
    GateState awaitDecided(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state == GateState.NEW || state == GateState.STARTING) {
                if (!deadline.await(lock, changed)) {
                    break;
                }
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** A new exception for the first failure, with what has failed since. */
    StartupFailed startupFailed() {
        Failure first;
        List<String> notStarted = new ArrayList<>();
        List<Throwable> later = new ArrayList<>();
        lock.lock();
        try {
            first = failure == null ? Failure.stopped() : failure;
            for (Slot<?> slot : plan.slots()) {
                if (slot.state() == ComponentState.NOT_STARTED) {
                    notStarted.add(slot.name);
                }
                Throwable of = slot.failure == null ? slot.givenUp : slot.failure;
                if (of != null) {
                    later.add(of);
                }
            }
        } finally {
            lock.unlock();
        }
        return first.toException(name, notStarted, later);
    }

    /** Whether the calling thread is in a factory or a {@code close()} of this gate: the gate waits for it. */
    boolean isOwnThread() {
        Thread me = Thread.currentThread();
        lock.lock();
        try {
            return plan.slots().stream().anyMatch(slot -> slot.thread == me);
        } finally {
            lock.unlock();
        }
    }

    int pending() {
        int pending = 0;
        for (Slot<?> slot : plan.slots()) {
            ComponentState now = slot.state();
            if (now == ComponentState.PENDING || now == ComponentState.STARTING) {
                pending++;
            }
        }
        return pending;
    }

    long startupNanos(Slot<?> slot) {
        lock.lock();
        try {
            return startupNanosUnderLock(slot);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private long startupNanosUnderLock(Slot<?> slot) {
        return slot.state() == ComponentState.STARTING ? clock.nanoTime() - slot.beganNanos : slot.startupNanos;
    }

    List<ComponentStatus> status() {
        lock.lock();
        try {
            List<ComponentStatus> all = new ArrayList<>();
            for (Slot<?> slot : plan.slots()) {
                Duration startup = Duration.ofNanos(startupNanosUnderLock(slot));
                all.add(new ComponentStatus(slot.name, slot.state(), startup, waitsFor(slot), slot.failure));
            }
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    /** What has become of the components of a gate that began to stop at a reading of the clock. */
    @GuardedBy("lock")
    StopReport stopReport(long beganNanos) {
        List<StopReport.Entry> entries =
                plan.slots().stream().<StopReport.Entry>map(Slot::stopEntry).toList();
        return new StopReport(name, entries, Duration.ofNanos(clock.nanoTime() - beganNanos));
    }

    /** What a pending component still waits for. */
    @GuardedBy("lock")
    List<String> waitsFor(Slot<?> slot) {
        if (slot.state() != ComponentState.PENDING) {
            return List.of();
        }
        return plan.dependencies(slot).stream()
                .filter(needed -> needed.state() != ComponentState.READY)
                .map(needed -> needed.name)
                .toList();
    }

    /** Where a component is that has been in user code for too long: an exception with the stack of its thread. */
    @GuardedBy("lock")
    TimeoutException stackOf(Slot<?> slot, String doing) {
        Thread thread = slot.thread;
        String where = thread == null
                ? "its thread has not begun to run"
                : "thread '" + thread.getName() + "' was as this exception's stack says";
        TimeoutException stack =
                new TimeoutException(slot + " had not finished " + doing + " when its time was up: " + where);
        stack.setStackTrace(thread == null ? new StackTraceElement[0] : thread.getStackTrace());
        return stack;
    }
}
