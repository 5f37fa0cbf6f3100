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

    private final String name;
    private final int limit;
    private final ThreadFactory threads;
    private final TimerLog log;

    private final WaitLock lock = new WaitLock();

    /** Signalled for a task added, and for stop. */
    private final Condition work = lock.newCondition();

    @GuardedBy("lock")
    private final Set<Runnable> queue = new LinkedHashSet<>();

    /** Threads made and not ended. */
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
            queue.add(task);
            queued = queue.size();
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

    private void work() {
        try {
            for (Runnable task = next(); task != null; task = next()) {
                try {
                    task.run();
                } catch (Throwable e) {
                    log.workerFailed(e); // Ours: what callbacks throw has been caught before.
                }
            }
        } finally {
            ended();
        }
    }

    /** Also by an error of our own, for want of memory say: then another thread may take its place, or its task. */
    private void ended() {
        lock.lock();
        try {
            alive--;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            while (queue.isEmpty()) {
                if (stopped) {
                    return null;
                }
                sleep();
            }
            Iterator<Runnable> first = queue.iterator();
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
