// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * The state of one gate and of its components, and the one lock that guards both.
 *
 * <p>Every transition is made under {@link #lock} and signals {@link #changed} to all: whoever waits at the gate, starts
 * it or stops it, tests what it waits for again. Nothing foreign is called under the lock.
 */
final class Board {

    /** How long the report waits for the meters to go: longer than any registry that works takes. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final String name;
    final Plan plan;
    final EnduringClock clock;

    /** Threads in {@code start} and {@code awaitReady}. */
    final AtomicInteger waiting = new AtomicInteger();

    final WaitLock lock = new WaitLock();
    final Condition changed = lock.newCondition();

    /** Written under {@link #lock}; gauges and messages read it without. */
    private volatile GateState state = GateState.NEW;

    @GuardedBy("lock")
    private boolean started;

    @GuardedBy("lock")
    private long startedNanos;

    @GuardedBy("lock")
    private @Nullable Failure failure;

    /** Leads the teardown at this moment. */
    @GuardedBy("lock")
    private @Nullable Thread leader;

    @GuardedBy("lock")
    private @Nullable StopReport report;

    /** When those who wait for the report no longer wait for the meters to go as well. */
    @GuardedBy("lock")
    private long patienceEndsNanos;

    /** The report may be given: the meters have gone, or patience has ended. */
    @GuardedBy("lock")
    private boolean terminated;

    Board(String name, Plan plan, Clock clock) {
        this.name = name;
        this.plan = plan;
        this.clock = new EnduringClock(clock);
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
                startedNanos = clock.nanoTime();
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
     * Leaves the way to readiness, or readiness, for good, if it {@linkplain #canLeave can}. Needs no memory.
     */
    @GuardedBy("lock")
    void leave(Failure why) {
        state = isStop(why) ? GateState.STOPPING : GateState.FAILED;
        failure = why;
        changed.signalAll();
    }

    /**
     * The first to leave decides how: a failure counts only while the gate is starting, a stop until then and while it is
     * ready.
     */
    @GuardedBy("lock")
    boolean canLeave(Failure why) {
        return switch (state) {
            case STARTING -> true;
            case NEW, READY -> isStop(why);
            case STOPPING, STOPPED, FAILED -> false;
        };
    }

    private static boolean isStop(Failure why) {
        return why.reason() == StartupFailed.Reason.STOPPED;
    }

    void led(@Nullable Thread by) {
        lock.lock();
        try {
            leader = by;
        } finally {
            lock.unlock();
        }
    }

    /** What became of the components is known; what is left is to remove the meters, which is the registry's to do. */
    @GuardedBy("lock")
    void reported(StopReport result) {
        report = result;
        patienceEndsNanos = clock.nanoTime() + Deadline.nanosOf(PATIENCE);
        changed.signalAll();
    }

    void terminated() {
        lock.lock();
        try {
            terminatedUnderLock();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void terminatedUnderLock() {
        terminated = true;
        if (state == GateState.STOPPING) {
            state = GateState.STOPPED;
        }
        changed.signalAll();
    }

    /**
     * Waits until the gate is at its end. Neither of the two waits is for ever: teardown reports at its deadline,
     * whatever the components do, and patience ends the wait for a registry.
     */
    StopReport awaitReport() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            StopReport result = report;
            while (result == null) {
                changed.await();
                result = report;
            }
            while (!terminated) {
                if (patienceEndsNanos - clock.nanoTime() <= 0) {
                    terminatedUnderLock();
                } else {
                    clock.awaitUntil(lock, changed, patienceEndsNanos);
                }
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    void awaitReportUninterruptibly() {
        boolean interrupted = false;
        boolean there = false;
        while (!there) {
            try {
                awaitReport();
                there = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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

    /** How long the thread that starts had waited at a reading of the clock, if it is starting. */
    @GuardedBy("lock")
    @Nullable
    Long starterWaited(long nowNanos) {
        return state == GateState.STARTING ? nowNanos - startedNanos : null;
    }

    /**
     * Whether the gate waits for the calling thread: one in a factory or a {@code close()}, or the one that leads the
     * teardown, which a listener of the meter registry finds itself on.
     */
    boolean isOwnThread() {
        Thread me = Thread.currentThread();
        lock.lock();
        try {
            return leader == me || plan.slots().stream().anyMatch(slot -> slot.thread == me);
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
