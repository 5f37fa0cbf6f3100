// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool from its filling to its end, and the one lock under which everything happens to it: how each step ends, also one
 * that throws, and how the jobs it planned are started.
 */
abstract class PoolLife<T> {

    private final PoolTime time;
    private final Consumer<Job<T>> starter;

    final WaitLock lock = new WaitLock();

    /** Of creations ended and phases reached: for those who wait for the pool rather than for a lease. */
    final Condition changed = lock.newCondition();

    /** Filled under the lock, emptied after it by whoever released it: so everything planned is started. */
    private final Chain<Job<T>> planned = new Chain<>();

    @GuardedBy("lock")
    final Allotment<T> allotment;

    /** The jobs that the factory has in its hands. */
    @GuardedBy("lock")
    private final Chain<Job<T>> calls = new Chain<>();

    /** The thread on which the end of the empty pool has begun. */
    @GuardedBy("lock")
    private @Nullable Thread terminator;

    PoolLife(PoolSettings settings, PoolTime time, Consumer<Job<T>> starter, Job.Maker<T> jobs) {
        this.time = time;
        this.starter = starter;
        this.allotment = new Allotment<>(settings, time, planned, jobs);
    }

    /** Starts the creations that {@code min} asks for. */
    void fill() {
        lock.lock();
        try {
            allotment.supply.resumeUpkeep();
            allotment.plan();
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** How the wait for {@code min} resources ended, and what the latest creation that failed meanwhile failed with. */
    record Filling(Filled filled, @Nullable Throwable cause) {}

    enum Filled {
        FILLED,
        CREATION_FAILED,
        TIMED_OUT,
        CLOSED
    }

    /** Waits until {@code min} resources exist. */
    Filling awaitFilled(Deadline deadline) throws InterruptedException {
        long failuresBefore = failuresBeforeFilling();
        lock.lock();
        try {
            while (allotment.isOpen() && !allotment.isFilled()) {
                if (allotment.supply.failures() != failuresBefore) {
                    return new Filling(Filled.CREATION_FAILED, allotment.supply.latestFailure());
                }
                if (!deadline.await(lock, changed)) {
                    return new Filling(Filled.TIMED_OUT, allotment.supply.lastFailure());
                }
            }
            return new Filling(allotment.isOpen() ? Filled.FILLED : Filled.CLOSED, null);
        } finally {
            lock.unlock();
        }
    }

    /** Not in one hold with the wait: what is planned must be started before anybody waits for it. */
    private long failuresBeforeFilling() {
        lock.lock();
        try {
            long failures = allotment.supply.failures();
            allotment.supply.resumeUpkeep();
            allotment.plan();
            return failures;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /** Closes: every waiter is told at once. Answers what is to be destroyed now; nothing if it was closed already. */
    List<Job<T>> close() {
        lock.lock();
        try {
            if (!allotment.isOpen()) {
                return List.of();
            }
            List<Job<T>> destructions = allotment.open2closed();
            changed.signalAll();
            return destructions;
        } catch (Throwable e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
            startPlanned();
        }
    }

    /**
     * Times the leases that nobody has timed yet, from now on at the latest. For a closed pool: none is granted any more
     * then, so that all of them were held when the clock was read.
     */
    void markHolders() {
        long now = time.now();
        lock.lock();
        try {
            allotment.books.markHolders(now);
        } finally {
            lock.unlock();
        }
    }

    /** The pool is empty, and its end begins on this thread. */
    void terminating() {
        lock.lock();
        try {
            terminator = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** The last of the pool is gone, its meters included. */
    void terminated() {
        lock.lock();
        try {
            allotment.drained2terminated();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awaitTerminated(Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            while (allotment.phase() != Allotment.Phase.TERMINATED) {
                if (!deadline.await(lock, changed)) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a close has not seen the end of, within its time. */
    enum Unseen {
        NOTHING,
        DESTRUCTIONS,
        METERS
    }

    /**
     * Waits, after a close, for the destructions that are under way, and then for the end of an empty pool that another
     * thread has begun or is about to begin: whoever released the lock with that job planned. An interrupt ends the wait and
     * is kept. Those other threads are in the factory or in the meter registry, which are foreign code and may never let them
     * go. So there is a limit, which is on the machine's clock, since the user's may stand still or throw. Called out of the
     * factory, it does not wait for what may be its own end.
     */
    Unseen awaitEndUnderWay(Duration limit) {
        lock.lock();
        try {
            if (unseen() != Unseen.NOTHING && !isInFactory(Thread.currentThread())) {
                Deadline deadline = Deadline.after(limit, Clock.system());
                while (unseen() != Unseen.NOTHING) {
                    if (!deadline.await(lock, changed)) {
                        return unseen();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return Unseen.NOTHING;
    }

    @GuardedBy("lock")
    private Unseen unseen() {
        if (allotment.books.doomed() > 0) {
            return Unseen.DESTRUCTIONS;
        }
        return endsElsewhere() ? Unseen.METERS : Unseen.NOTHING;
    }

    @GuardedBy("lock")
    private boolean isInFactory(Thread thread) {
        for (Job<T> job = calls.first(); job != null; job = calls.after(job.call)) {
            if (job.runner == thread) {
                return true;
            }
        }
        return false;
    }

    /** The factory is about to be called for a job, on this thread. */
    void begins(Job<T> job) {
        lock.lock();
        try {
            job.runner = Thread.currentThread();
            calls.addLast(job.call);
        } finally {
            lock.unlock();
        }
    }

    /** It has come back. */
    @GuardedBy("lock")
    final void ended(Job<T> job) {
        calls.remove(job.call);
        job.runner = null;
    }

    @GuardedBy("lock")
    private boolean endsElsewhere() {
        return allotment.phase() == Allotment.Phase.DRAINED && terminator != Thread.currentThread();
    }

    boolean isClosed() {
        lock.lock();
        try {
            return !allotment.isOpen();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing of the pool is left but its end. */
    boolean isDrained() {
        lock.lock();
        try {
            return allotment.phase() == Allotment.Phase.DRAINED || allotment.phase() == Allotment.Phase.TERMINATED;
        } finally {
            lock.unlock();
        }
    }

    /** Why the pool has closed itself; {@code null} if it has not. */
    @Nullable
    Throwable failure() {
        lock.lock();
        try {
            return allotment.failure();
        } finally {
            lock.unlock();
        }
    }

    PoolState state() {
        lock.lock();
        try {
            return allotment.state();
        } finally {
            lock.unlock();
        }
    }

    PoolReport report() {
        long now = time.now();
        PoolReport books;
        List<Job<T>> inFactory = new ArrayList<>();
        lock.lock();
        try {
            books = allotment.report(now);
            for (Job<T> job = calls.first(); job != null; job = calls.after(job.call)) {
                inFactory.add(job);
            }
        } finally {
            lock.unlock();
        }
        return inFactory.isEmpty() ? books : books.with(threadsOf(inFactory));
    }

    /** Without the lock: a thread may be of a class of the user's. */
    private static <T> List<StuckThread> threadsOf(List<Job<T>> jobs) {
        List<StuckThread> threads = new ArrayList<>();
        for (Job<T> job : jobs) {
            Thread runner = job.runner;
            if (runner != null) {
                StuckThread seen = StuckThread.of(runner);
                if (job.runner != null) {
                    threads.add(seen);
                }
            }
        }
        return threads;
    }

    /**
     * A step has thrown what none should, with its work half done. Nobody may wait for what is lost by it, so the pool is
     * closed, and says why. That is promised of a defect. At the end of a stack it is an attempt: the error may strike again
     * in here, and has perhaps struck inside the JDK's lock, which may stay locked then.
     */
    @GuardedBy("lock")
    final void fail(Throwable cause) {
        if (allotment.isOpen()) {
            allotment.open2failed(cause);
            changed.signalAll();
        }
    }

    /**
     * Called after each release of the lock. The look without it is enough: a thread sees what it has planned itself, unless
     * another has taken that since, to start it.
     */
    final void startPlanned() {
        while (!planned.isEmpty()) {
            Job<T> job = pollPlanned();
            if (job != null) {
                job.starter = Thread.currentThread();
                try {
                    starter.accept(job);
                } finally {
                    job.starter = null;
                }
            }
        }
    }

    /**
     * The same after the end of a job. An executor that runs it in the thread that calls it has that thread in the loop of
     * {@link #startPlanned} still, further out on its stack: there it looks again as soon as it is back from this job, and
     * finds what this end has planned. To start that from here would nest once for each resource.
     *
     * <p>Only the ends of jobs leave it to the loop. Whoever asks the pool for something out of a job may be about to wait
     * for what it has planned, and starts it at once.
     */
    final void startPlannedAfter(Job<T> ended) {
        if (ended.starter != Thread.currentThread()) {
            startPlanned();
        }
    }

    /** One at a time: a job that its starter is long in starting keeps no other from being started by another thread. */
    private @Nullable Job<T> pollPlanned() {
        lock.lock();
        try {
            return planned.pollFirst();
        } finally {
            lock.unlock();
        }
    }
}
