// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.signal;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;

/**
 * A flag that threads wait for, and that can be lowered again: what Python calls an {@code Event}.
 *
 * <p>Each raising of the flag is a generation. A waiter leaves when the flag is up <em>or its generation has passed</em>:
 * one that waits when {@link #set} is called never misses it because {@link #clear} follows at once, however late it
 * gets to run. A thread that begins to wait after {@code clear} waits for the next {@code set}.
 *
 * <pre>
 *              set(): generation + 1, wakes all waiters, runs the callbacks
 *    CLEAR ------------------------------------------------------------------&gt; SET
 *       ^                                                                       |
 *       +-----------------------------------------------------------------------+
 *                                      clear()
 * </pre>
 *
 * <p>Actions in a thread before the call of {@code set} that raises the flag happen-before the return of each wait
 * that it ends, before each callback it runs, and before an {@link #isSet} that sees it. A signal starts no thread,
 * holds nothing that needs closing, and may be shared freely.
 */
public final class Signal {

    private final String name;
    private final Clock clock;

    private final WaitLock lock = new WaitLock();
    private final Condition raised = lock.newCondition();

    /** Written under {@link #lock}, read without it. */
    private volatile boolean set;

    @GuardedBy("lock")
    private long generation;

    @GuardedBy("lock")
    private int waiting;

    /** Callbacks for the next {@code set}, in the order in which they came. */
    @GuardedBy("lock")
    private Set<Registration> callbacks = new LinkedHashSet<>();

    private Signal(String name, Clock clock) {
        this.name = requireNonNull(name, "the name of the signal is null");
        this.clock = given(clock, "signal", name, "clock");
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of the signal is blank: say what it tells of");
        }
    }

    /**
     * A signal that is clear, on the machine's clock.
     *
     * @param name what it tells of; for log lines and thread dumps
     * @return the signal
     * @throws IllegalArgumentException if the name is blank
     */
    public static Signal named(String name) {
        return new Signal(name, Clock.system());
    }

    /**
     * A signal that is clear, on a clock of the caller's choice.
     *
     * @param name what it tells of; for log lines and thread dumps
     * @param clock what {@link #await(Duration)} measures its timeout on
     * @return the signal
     * @throws IllegalArgumentException if the name is blank
     */
    public static Signal named(String name, Clock clock) {
        return new Signal(name, clock);
    }

    /**
     * The name this signal was given.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Raises the flag, lets every thread that waits go, and then runs the callbacks on the calling thread, one after
     * the other and outside every lock. Does nothing while the flag is up already.
     *
     * <p>A callback that throws, whatever it throws, is logged; the others run all the same and nothing reaches the
     * caller.
     */
    public void set() {
        Set<Registration> due = Set.of();
        lock.lock();
        try {
            if (set) {
                return;
            }
            if (!callbacks.isEmpty()) {
                // Allocated first: should that fail, nothing has changed yet.
                Set<Registration> next = new LinkedHashSet<>();
                due = callbacks;
                callbacks = next;
            }
            set = true;
            generation++;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
        // Nobody else reaches `due` any more: a late cancel() works on the registration's own state.
        for (Registration callback : due) {
            callback.run();
        }
    }

    /** Lowers the flag. Threads that a {@code set} before it has let go stay free; callbacks wait for the next one. */
    public void clear() {
        lock.lock();
        try {
            set = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the flag is up at this moment.
     *
     * @return {@code true} between {@code set} and {@code clear}
     */
    public boolean isSet() {
        return set;
    }

    /**
     * Waits until the flag is up; returns at once if it is. Without a deadline: only {@link #set} or an interrupt ends
     * this wait.
     *
     * @throws InterruptedException if the calling thread is interrupted before or while it waits
     */
    public void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long entered = generation;
            waiting++;
            try {
                while (!set && generation == entered) {
                    raised.await();
                }
            } finally {
                waiting--;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the flag is up, but no longer than a timeout.
     *
     * @param timeout how long to wait at most; zero or negative looks once and does not wait
     * @return {@code true} if the flag was raised while the thread was here, {@code false} if the time ran out first
     * @throws InterruptedException if the calling thread is interrupted before or while it waits
     */
    public boolean await(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(given(timeout, "signal", name, "timeout given to await"), clock);
        lock.lockInterruptibly();
        try {
            long entered = generation;
            waiting++;
            try {
                while (!set && generation == entered) {
                    if (!deadline.await(lock, raised)) {
                        return false;
                    }
                }
                return true;
            } finally {
                waiting--;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has a callback run once: on the calling thread before this method returns if the flag is up, else on the thread
     * that next raises it, outside every lock. A callback that throws is logged.
     *
     * @param callback what to run; it should be short, for the thread that runs it is not its own
     * @return a handle that takes the callback back
     */
    public Registration onSet(Runnable callback) {
        Registration registration = new Registration(this, callback);
        lock.lock();
        try {
            if (!set) {
                callbacks.add(registration);
                return registration;
            }
        } finally {
            lock.unlock();
        }
        registration.run();
        return registration;
    }

    /**
     * How many threads wait for this signal, including those that have been let go and not yet run.
     *
     * @return the number of threads
     */
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Drops a cancelled callback, so that a signal that is never raised does not collect them. */
    void forget(Registration registration) {
        lock.lock();
        try {
            callbacks.remove(registration);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "Signal(" + name + ", " + (set ? "set" : "clear") + ")";
    }
}
