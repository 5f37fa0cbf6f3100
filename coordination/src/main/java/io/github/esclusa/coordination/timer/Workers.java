// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.waiting.WaitLock;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads callbacks run on when the user brings no executor: made on demand up to a limit, then kept, asleep while
 * there is nothing to do.
 *
 * <p>Other than a {@code ThreadPoolExecutor} it takes a queued task out again without a search, so that a cancelled timer
 * is gone from here too. The queue needs no bound: a timer is in it once at most, and pending timers are bounded; one that
 * is cancelled on its way here is withdrawn by the {@link TimerEngine}.
 */
final class Workers implements Executor {

    /** Of a worker that finds no memory to sleep, or to take a task. */
    private static final long PAUSE_NANOS = 10_000_000;

    private final String name;
    private final int limit;
    private final ThreadFactory threads;
    private final TimerLog log;

    private final WaitLock lock = new WaitLock();

    /** Signalled for a task added, and for stop. */
    private final Condition work = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Runnable> queue;

    /** Threads made: none ends before {@link #stop}. */
    @GuardedBy("lock")
    private int alive;

    /** Threads asleep; those woken but not yet running again are still counted, see {@link #execute}. */
    @GuardedBy("lock")
    private int asleep;

    @GuardedBy("lock")
    private boolean stopped;

    /** The size of the queue, written under the lock: whoever reads zero need not take it to withdraw. */
    private volatile int queued;

    Workers(String name, int limit, ThreadFactory threads, TimerLog log) {
        this(name, limit, threads, log, new LinkedHashSet<>());
    }

    /** For tests: a queue, in order of arrival, that finds no memory. */
    Workers(String name, int limit, ThreadFactory threads, TimerLog log, Set<Runnable> queue) {
        this.queue = queue;
        this.name = name;
        this.limit = limit;
        this.threads = threads;
        this.log = log;
    }

    @Override
    public void execute(Runnable task) {
        boolean another;
        lock.lock();
        try {
            if (stopped) {
                throw new RejectedExecutionException("the workers of timers '" + name + "' have been stopped");
            }
            enqueue(task);
            // Each queued task has a sleeper of its own to take it, or a new thread is made as long as that is allowed:
            // a sleeper woken for an earlier task does not count as free for this one.
            another = asleep < queue.size() && alive < limit;
            if (another) {
                alive++;
            } else {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        if (another) {
            startThread(task);
        }
    }

    /** A set that finds no memory to grow has taken the task in all the same: what is refused does not stay. */
    @GuardedBy("lock")
    private void enqueue(Runnable task) {
        boolean taken = false;
        try {
            queue.add(task); // it may be there: a timer reset while it was due comes a second time
            taken = true;
        } finally {
            if (!taken) {
                queue.remove(task);
            }
            queued = queue.size();
        }
    }

    /** Takes a task out of the queue, if it is there. */
    void withdraw(Runnable task) {
        if (queued == 0) {
            return;
        }
        lock.lock();
        try {
            queue.remove(task);
            queued = queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the threads, each after the task it is running. Tasks still queued are forgotten: none of them is due. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            queue.clear();
            queued = 0;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Tasks that no worker has taken. */
    int queued() {
        return queued;
    }

    private void startThread(Runnable task) {
        try {
            threads.newThread(this::work).start();
        } catch (Throwable e) {
            if (!goOnWithoutThread(task)) {
                throw e;
            }
            log.workerFailed(e);
        }
    }

    /** No thread could be started. The others will come to the task; with none at all it is refused. */
    private boolean goOnWithoutThread(Runnable task) {
        lock.lock();
        try {
            alive--;
            if (alive == 0) {
                queue.remove(task);
                queued = queue.size();
            }
            work.signal();
            return alive > 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Until {@link #stop}, whatever is thrown: a timer that is DUE may wait in the queue for this thread alone, and to make
     * another one takes more memory than to go on.
     */
    private void work() {
        for (boolean ended = false; !ended; ) {
            try {
                workUntilStopped();
                ended = true;
            } catch (Throwable e) { // no memory to sleep or to take a task, most likely, and then none to say so
                LockSupport.parkNanos(this, PAUSE_NANOS); // each attempt is a collection of all garbage
            }
        }
    }

    private void workUntilStopped() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (Throwable e) {
                log.workerFailed(e); // Ours: what callbacks throw has been caught before.
            }
        }
    }

    /** Waits for a task and takes it. An error leaves it in the queue. */
    private @Nullable Runnable next() {
        lock.lock();
        try {
            while (queue.isEmpty()) {
                if (stopped) {
                    return null;
                }
                sleep();
            }
            Iterator<Runnable> first = queue.iterator(); // needs memory; what follows does not
            Runnable task = first.next();
            first.remove();
            queued = queue.size();
            // A callback that left its thread interrupted, or was interrupted from outside, does not pass that on.
            Thread.interrupted();
            return task;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop") // The loop is next()'s.
    private void sleep() {
        asleep++;
        try {
            work.await();
        } catch (InterruptedException e) {
            return; // Only stop ends a worker; the flag is cleared by now.
        } finally {
            asleep--;
        }
    }
}
