// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Every task of one {@link TaskGroup}, where it stands, and the only code that moves it on.
 *
 * <p>All transitions of {@link Task.State} are made here, each one step under the one lock, each counted in the same step:
 * that is why the balance holds at any moment. How many workers there are is counted under the same lock, so that a
 * worker on its way out and a submit that counts on it cannot miss each other. No foreign code runs under the lock, an
 * interrupt included.
 */
final class TaskLedger<T extends @Nullable Object> {

    /** A task taken, and whether its submitter has to start a worker for it. */
    record Added<T extends @Nullable Object>(Task<T> task, boolean needsWorker) {}

    private final String name;
    private final int maxThreads;
    private final FailurePolicy onFailure;

    private final WaitLock lock = new WaitLock();

    /** Signalled when the last task has been settled, and when the last worker has gone. */
    private final Condition quiet = lock.newCondition();

    /** All tasks in order of submission; those from {@link #next} on have not been looked at by a worker. */
    @GuardedBy("lock")
    private final List<Task<T>> tasks = new ArrayList<>();

    @GuardedBy("lock")
    private int next;

    /** Threads started or about to be. While a task is queued there is at least one. */
    @GuardedBy("lock")
    private int workers;

    @GuardedBy("lock")
    private final TaskTally<T> tally = new TaskTally<>();

    /** All that is not settled is to be cancelled, and so is all that comes. */
    @GuardedBy("lock")
    private boolean cancelling;

    @GuardedBy("lock")
    private boolean closed;

    /** A close gave up on tasks that would not end. */
    @GuardedBy("lock")
    private boolean abandoned;

    TaskLedger(String name, int maxThreads, FailurePolicy onFailure) {
        this.name = name;
        this.maxThreads = maxThreads;
        this.onFailure = onFailure;
    }

    // ---- submitting and cancelling

    Added<T> add(TaskGroup<T> group, Callable<? extends T> work) {
        lock.lock();
        try {
            if (closed) {
                throw new RejectedExecutionException("task group '" + name
                        + "' is closed and takes no more tasks: submit before it is closed, or open another group");
            }
            Task<T> task = new Task<>(group, lock, tasks.size() + 1, work);
            boolean needsWorker = !cancelling && workers < maxThreads;
            Added<T> added = new Added<>(task, needsWorker);
            tasks.add(task); // the last that needs memory
            if (cancelling) {
                cancelQueued(task);
            } else if (needsWorker) {
                workers++;
            }
            return added;
        } finally {
            lock.unlock();
        }
    }

    /** Cancels what has not come to its end, and whatever comes. */
    void cancel() {
        lock.lock();
        try {
            cancelUnsettled();
        } finally {
            lock.unlock();
        }
        interruptCancelled();
    }

    boolean cancel(Task<T> task) {
        lock.lock();
        try {
            if (task.isSettled()) {
                return false;
            }
            task.requestCancelOfItsOwn();
            if (task.stateNow() == Task.State.QUEUED) {
                cancelQueued(task);
                return true;
            }
        } finally {
            lock.unlock();
        }
        task.interruptRunner();
        return true;
    }

    // ---- the workers

    /**
     * The next task to run; {@code null} if this worker is to end. That it ends and that a submit counts on it are
     * decided under one lock, so no task is left behind by a worker on its way out.
     */
    @Nullable
    Task<T> take() {
        lock.lock();
        try {
            while (next < tasks.size()) {
                Task<T> task = tasks.get(next++);
                if (task.stateNow() == Task.State.QUEUED) {
                    task.queuedToRunning();
                    tally.begun();
                    return task;
                }
            }
            workerGone();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** A task's code has come back. */
    void end(Task<T> task, @Nullable T returned, @Nullable Throwable thrown) {
        boolean cancelsRest;
        lock.lock();
        try {
            tally.cameBack();
            cancelsRest = settle(task, task.endOf(thrown), returned, thrown);
        } finally {
            lock.unlock();
        }
        if (cancelsRest) {
            interruptCancelled();
        }
    }

    /** No thread could be had for a task, which fails unless another worker has taken it. */
    void workerDidNotStart(Task<T> task, Throwable reason) {
        workerLost(task, Task.State.QUEUED, reason);
    }

    /** A worker has failed, not its task, which fails with it if it was still to be settled. */
    void workerDied(@Nullable Task<T> task, Throwable reason) {
        workerLost(task, Task.State.RUNNING, reason);
    }

    private void workerLost(@Nullable Task<T> task, Task.State inItsHands, Throwable reason) {
        boolean cancelsRest = false;
        lock.lock();
        try {
            workerGone();
            if (task != null && task.stateNow() == inItsHands) {
                if (inItsHands == Task.State.RUNNING) {
                    tally.cameBack();
                }
                cancelsRest = settle(task, Task.State.FAILED, null, reason);
            }
            // Without a worker nobody would come for those that are queued.
            for (int i = next; workers == 0 && i < tasks.size(); i++) {
                Task<T> left = tasks.get(i);
                if (left.stateNow() == Task.State.QUEUED) {
                    cancelsRest |= settle(left, Task.State.FAILED, null, reason);
                }
            }
        } finally {
            lock.unlock();
        }
        if (cancelsRest) {
            interruptCancelled();
        }
    }

    /** Whether a close has given up on the tasks, and they have ended since. */
    boolean isDeserted() {
        lock.lock();
        try {
            return abandoned && workers == 0;
        } finally {
            lock.unlock();
        }
    }

    // ---- waiting

    /** Waits until every task is settled; {@code false} if the deadline, where there is one, comes first. */
    boolean awaitSettled(@Nullable Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!allSettled()) {
                if (deadline == null) {
                    quiet.await();
                } else if (!deadline.await(lock, quiet)) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #awaitSettled}, for the end of the threads. */
    boolean awaitWorkersGone(@Nullable Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (workers > 0) {
                if (deadline == null) {
                    quiet.await();
                } else if (!deadline.await(lock, quiet)) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    // ---- closing

    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a close that waits no longer; {@code false} if workers are left, the last of which finds the group deserted. */
    boolean isDoneOrAbandon() {
        lock.lock();
        try {
            abandoned = workers > 0;
            return !abandoned;
        } finally {
            lock.unlock();
        }
    }

    // ---- what is to be seen

    TaskBalance balance() {
        lock.lock();
        try {
            return tally.balance(tasks.size());
        } finally {
            lock.unlock();
        }
    }

    long started() {
        lock.lock();
        try {
            return tally.started();
        } finally {
            lock.unlock();
        }
    }

    /** What the tasks threw, in order of failure: all of it, or what nobody has been told. From here it counts as told. */
    List<Throwable> failures(boolean again) {
        lock.lock();
        try {
            return tally.failures(again);
        } finally {
            lock.unlock();
        }
    }

    List<T> results() {
        lock.lock();
        try {
            List<T> results = new ArrayList<>(tasks.size());
            for (Task<T> task : tasks) {
                if (task.isCancelledWithItsGroup()) {
                    throw new CancellationException("task group '" + name + "' was cancelled: " + tally.cancelled()
                            + " of its " + tasks.size() + " tasks have no result");
                }
                if (task.stateNow() == Task.State.SUCCEEDED) {
                    results.add(task.resultOfSuccess());
                }
            }
            return Collections.unmodifiableList(results);
        } finally {
            lock.unlock();
        }
    }

    List<Task<T>> running() {
        List<Task<T>> found = new ArrayList<>();
        lock.lock();
        try {
            for (Task<T> task : tasks) {
                if (task.stateNow() == Task.State.RUNNING) {
                    found.add(task);
                }
            }
        } finally {
            lock.unlock();
        }
        return found;
    }

    /** The task whose code a thread is in. */
    @Nullable
    Task<T> runningOn(Thread thread) {
        lock.lock();
        try {
            for (Task<T> task : tasks) {
                if (task.runner() == thread) {
                    return task;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    // ---- under the lock

    @GuardedBy("lock")
    private void cancelQueued(Task<T> task) {
        task.requestCancel();
        settle(task, Task.State.CANCELLED, null, null);
    }

    /** Settles a task, once; nothing here allocates. Answers whether it has made the group cancel the rest. */
    @GuardedBy("lock")
    @CanIgnoreReturnValue
    private boolean settle(Task<T> task, Task.State end, @Nullable T returned, @Nullable Throwable thrown) {
        tally.settled(task, end); // before anybody is woken: what is to be told is complete
        task.settle(end, returned, thrown);
        boolean cancelsRest = end == Task.State.FAILED && onFailure == FailurePolicy.CANCEL_REST && !cancelling;
        if (cancelsRest) {
            cancelUnsettled();
        }
        if (allSettled()) {
            quiet.signalAll();
        }
        return cancelsRest;
    }

    /** Cancels the tasks that are queued and marks those that run; {@link #interruptCancelled} follows. */
    @GuardedBy("lock")
    private void cancelUnsettled() {
        cancelling = true;
        for (int i = 0; i < tasks.size(); i++) {
            Task<T> task = tasks.get(i);
            if (task.stateNow() == Task.State.QUEUED) {
                cancelQueued(task);
            } else if (!task.isSettled()) {
                task.requestCancel();
            }
        }
    }

    @GuardedBy("lock")
    private void workerGone() {
        workers--;
        if (workers == 0) {
            quiet.signalAll();
        }
    }

    @GuardedBy("lock")
    private boolean allSettled() {
        return tasks.size() == tally.settled();
    }

    // ---- after it

    /** Interrupts what has been asked to stop, with the lock let go for each: an interrupt may run foreign code. */
    private void interruptCancelled() {
        for (int i = 0; ; i++) {
            Task<T> task;
            lock.lock();
            try {
                if (i >= tasks.size()) {
                    return;
                }
                task = tasks.get(i);
                if (task.stateNow() != Task.State.RUNNING || !task.isCancelRequested()) {
                    continue;
                }
            } finally {
                lock.unlock();
            }
            task.interruptRunner();
        }
    }
}
