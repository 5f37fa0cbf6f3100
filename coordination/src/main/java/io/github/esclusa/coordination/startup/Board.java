// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The state of one gate and of its components, and the one lock that guards both.
 *
 * <p>Every transition is made under {@link #lock} and signals {@link #changed} to all: whoever waits at the gate, starts
 * it or stops it, tests what it waits for again. Nothing foreign is called under the lock.
 */
final class Board {

    /**
     * How long whoever waits for the end does so beyond what it should take: for the leading thread after its deadline, and
     * for the meters to go after that. Longer than any registry that works takes.
     */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How often one that has no memory to wait with looks again. */
    private static final long LOOK_AGAIN_NANOS = 10_000_000;

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

    @GuardedBy("lock")
    private @Nullable Throwable cause;

    /** When the gate was left. */
    @GuardedBy("lock")
    private long leftNanos;

    /** How long the thread that starts had waited by then; -1 if none did. */
    @GuardedBy("lock")
    private long starterWaitedNanos = -1;

    /** When teardown must be over; a stop may bring it forward. */
    @GuardedBy("lock")
    long deadlineNanos;

    /** Leads the teardown at this moment. */
    @GuardedBy("lock")
    private @Nullable Thread leader;

    /** What has become of the components is settled. */
    @GuardedBy("lock")
    private boolean settled;

    @GuardedBy("lock")
    private long settledNanos;

    /** The report may be given: the meters have gone, or patience has ended. */
    @GuardedBy("lock")
    private boolean terminated;

    /** Made by the first who wants it. */
    @GuardedBy("lock")
    private @Nullable StopReport report;

    Board(String name, Plan plan, Clock clock) {
        this.name = name;
        this.plan = plan;
        this.clock = new EnduringClock(clock);
        for (Slot<?> slot : plan.slots()) {
            slot.settle(); // what a class needs the first time is there, then, when there is no memory
        }
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
    void leave(Failure why, @Nullable Throwable thrown, long nowNanos, long mustBeOverNanos) {
        starterWaitedNanos = state == GateState.STARTING ? nowNanos - startedNanos : -1;
        state = isStop(why) ? GateState.STOPPING : GateState.FAILED;
        failure = why;
        cause = thrown;
        leftNanos = nowNanos;
        deadlineNanos = mustBeOverNanos;
        changed.signalAll();
    }

    /**
     * The first to leave decides how: a failure counts only while the gate is starting, a stop until then and while it is
     * ready. Needs no memory: a switch would, for its class, the first time.
     */
    @GuardedBy("lock")
    boolean canLeave(Failure why) {
        return state == GateState.STARTING || (isStop(why) && (state == GateState.NEW || state == GateState.READY));
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

    /**
     * What has become of the components is settled, once; what is left is to remove the meters, which is the registry's to
     * do. Needs no memory: else whoever waits would never be told.
     */
    @GuardedBy("lock")
    void settle() {
        if (settled) {
            return;
        }
        for (int i = 0; i < plan.slots().size(); i++) { // an iterator would be an object
            plan.slots().get(i).settle();
        }
        settled = true;
        changed.signalAll();
        settledNanos = clock.nanoTime();
    }

    /** Needs no memory. */
    @GuardedBy("lock")
    void terminate() {
        terminated = true;
        if (state == GateState.STOPPING) {
            state = GateState.STOPPED;
        }
        changed.signalAll();
    }

    /**
     * Waits until the gate, which has been left, is at its end. Neither of the two waits is for ever: the leading thread
     * settles all at its deadline, whatever the components do, or, if it is held up, whoever waits here does in its place
     * when patience has ended; and patience ends the wait for a registry.
     */
    void awaitEnd() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!terminated) {
                long patienceEnds = (settled ? settledNanos : deadlineNanos) + PATIENCE.toNanos();
                if (patienceEnds - clock.nanoTime() > 0) {
                    awaitChange(patienceEnds);
                } else {
                    settle();
                    terminate();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something changes or the clock has reached a reading, or for no reason. Needs no memory. */
    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, as with any condition.
    void awaitChange(long untilNanos) throws InterruptedException {
        try {
            clock.awaitUntil(lock, changed, untilNanos);
        } catch (OutOfMemoryError e) { // then it looks again in small steps
            lock.unlock();
            try {
                LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
            } finally {
                lock.lock();
            }
        }
    }

    /** What follows the gate's name in a line on its start that failed; {@code null} if it did not, or was stopped. */
    @Nullable
    String startFailedInWords() {
        lock.lock();
        try {
            return failure == null || isStop(failure) ? null : failure.what();
        } finally {
            lock.unlock();
        }
    }

    /** What has become of the components of a gate that is at its end: the same for all who ask. */
    StopReport report() {
        lock.lock();
        try {
            StopReport result = report;
            if (result == null) {
                List<StopReport.Entry> entries = plan.slots().stream()
                        .<StopReport.Entry>map(Slot::stopEntry)
                        .toList();
                result = new StopReport(name, entries, Duration.ofNanos(settledNanos - leftNanos));
                report = result;
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    void awaitEndUninterruptibly() {
        boolean interrupted = false;
        boolean there = false;
        while (!there) {
            try {
                awaitEnd();
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
        Throwable thrown;
        List<String> notStarted = new ArrayList<>();
        List<Throwable> later = new ArrayList<>();
        lock.lock();
        try {
            first = failure == null ? Failure.STOPPED : failure;
            thrown = cause;
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
        return first.toException(name, thrown, notStarted, later);
    }

    /** How long the thread that starts had waited when the gate was left; -1 if none did. */
    long starterWaitedNanos() {
        lock.lock();
        try {
            return starterWaitedNanos;
        } finally {
            lock.unlock();
        }
    }

    /** Why the gate was left. */
    StartupFailed.Reason reason() {
        lock.lock();
        try {
            return failure == null ? StartupFailed.Reason.STOPPED : failure.reason();
        } finally {
            lock.unlock();
        }
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
}
