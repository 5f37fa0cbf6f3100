// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task of a {@link TaskGroup}: its handle, and what has become of it.
 *
 * <pre>
 *    QUEUED ----&gt; RUNNING ----&gt; SUCCEEDED   it returned, cancelled or not
 *      |             |
 *      |             +--------&gt; FAILED      it threw
 *      |             |
 *      +-------------+--------&gt; CANCELLED   it never ran, or answered the interrupt of a cancel
 * </pre>
 *
 * <p>A task that runs has come to its end when its code has, not when it is asked to stop: until then it counts as
 * running. Actions of the task happen-before the return of {@link #get()} and of the group's {@code join} and
 * {@code close}; actions before {@code submit} happen-before those of the task.
 *
 * @param <T> what the task returns
 */
public final class Task<T extends @Nullable Object> {

    /** Where a task is. */
    public enum State {
        /** Waits for a thread. */
        QUEUED,
        /** In the hands of user code, perhaps asked to stop. */
        RUNNING,
        /** Has returned. */
        SUCCEEDED,
        /** Has thrown, or no thread could be started for it. */
        FAILED,
        /** Never ran, or answered the interrupt of a cancel. */
        CANCELLED
    }

    private static final Logger log = LoggerFactory.getLogger(Task.class);

    private final int number;
    private final TaskGroup<T> group;
    /** The lock of the group's ledger: it guards what this class does not guard itself. */
    private final WaitLock lock;

    /**
     * Held while this task's thread is interrupted, so that the interrupt cannot hit the task its thread runs next.
     * Interrupting may run foreign code (it closes a channel the thread is blocked on), which is why it is not the
     * group's lock: whoever has to wait here is this task's own thread.
     */
    private final ReentrantLock interrupting = new ReentrantLock();

    /** Written under {@link #interrupting}; the thread the code runs on, while it does. */
    private volatile @Nullable Thread runner;

    // From here on guarded by the group's lock. The group calls this class with it held, which @GuardedBy cannot
    // express.

    private @Nullable Callable<? extends T> work;

    private State state = State.QUEUED;

    private boolean cancelRequested;

    /** Whether it was asked to stop through its handle before the group was. */
    private boolean cancelOfItsOwn;

    private @Nullable T result;

    private @Nullable Throwable thrown;

    /** Whether somebody has been told of {@link #thrown}. */
    private boolean reported;

    /** Made by the first thread that waits for this task alone. */
    private @Nullable Condition settled;

    /** The task that failed next after this one. A link, because the moment of a failure is no time to allocate. */
    private @Nullable Task<T> nextFailure;

    Task(TaskGroup<T> group, WaitLock lock, int number, Callable<? extends T> work) {
        this.group = group;
        this.lock = lock;
        this.number = number;
        this.work = work;
    }

    /**
     * This task's place in the order of submission.
     *
     * @return a number, from 1
     */
    public int number() {
        return number;
    }

    /**
     * Where the task is at this moment.
     *
     * @return its state; once it is one of the last three it does not change
     */
    public State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks the task to stop. One that has not begun never will; one that runs is interrupted and comes to its own end. A
     * task cancelled through its handle is no failure and leaves the others alone.
     *
     * @return {@code false} if the task had come to its end already
     */
    public boolean cancel() {
        return group.cancel(this);
    }

    /**
     * Waits for the task to come to its end.
     *
     * @return what it returned
     * @throws InterruptedException if the calling thread is interrupted while it waits
     * @throws ExecutionException if the task failed; the cause is what it threw
     * @throws CancellationException if the task was cancelled
     * @throws IllegalStateException if called from inside this task, which would wait for itself
     */
    public T get() throws InterruptedException, ExecutionException {
        requireOutside();
        lock.lockInterruptibly();
        try {
            while (!isSettled()) {
                settledCondition().await();
            }
            return outcome();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the task to come to its end, but no longer than a timeout.
     *
     * @param timeout how long to wait at most; zero or negative looks once
     * @return what it returned
     * @throws InterruptedException if the calling thread is interrupted while it waits
     * @throws TimeoutException if the time ran out; the task goes on
     * @throws ExecutionException if the task failed; the cause is what it threw
     * @throws CancellationException if the task was cancelled
     * @throws IllegalStateException if called from inside this task, which would wait for itself
     */
    public T get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        requireOutside();
        Deadline deadline = group.deadline(timeout);
        lock.lockInterruptibly();
        try {
            while (!isSettled()) {
                if (!deadline.await(lock, settledCondition())) {
                    throw new TimeoutException(this + " did not end within " + timeout + "; it goes on");
                }
            }
            return outcome();
        } finally {
            lock.unlock();
        }
    }

    private void requireOutside() {
        if (runner == Thread.currentThread()) {
            throw new IllegalStateException(
                    this + " called get of its own handle and would wait for itself: ask for its result outside of it");
        }
    }

    // What follows is the group's side, called with its lock held.

    State stateNow() {
        return state;
    }

    boolean isSettled() {
        return state != State.QUEUED && state != State.RUNNING;
    }

    void queuedToRunning() {
        state = State.RUNNING;
        interrupting.lock(); // Free: nobody interrupts a task that has not begun.
        try {
            runner = Thread.currentThread();
        } finally {
            interrupting.unlock();
        }
    }

    @Nullable
    Task<T> nextFailure() {
        return nextFailure;
    }

    void failedBefore(Task<T> later) {
        nextFailure = later;
    }

    void requestCancel() {
        cancelRequested = true;
    }

    /** Through its handle. */
    void requestCancelOfItsOwn() {
        if (!cancelRequested) {
            cancelOfItsOwn = true;
        }
        requestCancel();
    }

    boolean isCancelledWithItsGroup() {
        return state == State.CANCELLED && !cancelOfItsOwn;
    }

    boolean isCancelRequested() {
        return cancelRequested;
    }

    /** Settles the task, once. */
    void settle(State end, @Nullable T returned, @Nullable Throwable failure) {
        state = end;
        result = returned;
        thrown = failure;
        work = null;
        if (settled != null) {
            settled.signalAll();
        }
    }

    /** How a task that ran has ended. An interrupt nobody asked for is a failure: it must not disappear. */
    State endOf(@Nullable Throwable failure) {
        if (failure == null) {
            return State.SUCCEEDED;
        }
        boolean interrupted = failure instanceof InterruptedException || failure instanceof ClosedByInterruptException;
        return cancelRequested && interrupted ? State.CANCELLED : State.FAILED;
    }

    @SuppressWarnings("NullAway") // A task that succeeded has a result of its own type, null if that type allows it.
    T resultOfSuccess() {
        return result;
    }

    /** What it threw, if nobody has been told so far or if they are to be told again. */
    @Nullable
    Throwable report(boolean again) {
        if (thrown == null || (reported && !again)) {
            return null;
        }
        reported = true;
        return thrown;
    }

    private Condition settledCondition() {
        if (settled == null) {
            settled = lock.newCondition();
        }
        return settled;
    }

    private T outcome() throws ExecutionException {
        return switch (state) {
            case SUCCEEDED -> resultOfSuccess();
            case FAILED -> {
                reported = true;
                throw new ExecutionException(this + " failed", thrown);
            }
            case CANCELLED -> throw new CancellationException(this + " was cancelled");
            case QUEUED, RUNNING -> throw new IllegalStateException(this + " has not come to its end");
        };
    }

    // Called without the group's lock.

    /** Runs the task's code, on the thread that has taken it: it alone settles a task that runs. */
    T call() throws Exception {
        return requireNonNull(work, "work").call();
    }

    /** The task's code has come back; from here on no interrupt meant for it reaches its thread. */
    void runnerLeft() {
        interrupting.lock();
        try {
            runner = null;
        } finally {
            interrupting.unlock();
        }
    }

    /**
     * Interrupts the task's code if it runs. The group's lock is not held. What the foreign code in an interrupt throws
     * (that of a channel's close, say) is logged: whoever interrupts has others to interrupt, and a thread to end.
     */
    void interruptRunner() {
        Throwable thrownByInterrupt = null;
        interrupting.lock();
        try {
            Thread thread = runner;
            if (thread != null) {
                thread.interrupt();
            }
        } catch (Throwable e) {
            thrownByInterrupt = e;
        } finally {
            interrupting.unlock();
        }
        if (thrownByInterrupt != null) {
            warn(thrownByInterrupt);
        }
    }

    private void warn(Throwable thrownByInterrupt) {
        try {
            log.warn("the interrupt of {} threw; whether the task has noticed it is unknown", this, thrownByInterrupt);
        } catch (Throwable e) {
            return; // The logger fails too, or the exception cannot be printed: nobody is left to tell.
        }
    }

    @Nullable
    Thread runner() {
        return runner;
    }

    @Override
    public String toString() {
        return "task " + number + " of group '" + group.name() + "'";
    }
}
