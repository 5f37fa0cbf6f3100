// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.thread.NamedThreads;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener's one thread: started once at most, stopped once for all, its failure kept.
 *
 * <pre>
 *   NEW --start--> RUNNING --stop--> STOPPED
 *    +-----------------stop-----------^
 * </pre>
 */
final class ListenerThread {

    /** What the thread runs; it returns when the listener is stopped. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    private static final Logger log = LoggerFactory.getLogger(ListenerThread.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String owner;
    private final NamedThreads threads;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private @Nullable Thread thread;

    @GuardedBy("lock")
    private boolean stopped;

    /** Written by the thread as it dies. */
    private volatile @Nullable Throwable failure;

    ListenerThread(String owner, NamedThreads threads) {
        this.owner = owner;
        this.threads = threads;
    }

    void start(Work work) {
        lock.lock();
        try {
            if (stopped || thread != null) {
                throw new IllegalStateException(owner + " cannot be started: it "
                        + (stopped ? "has been stopped" : "has been started before") + "; build another one");
            }
            thread = threads.newThread(() -> run(work));
            thread.start();
        } finally {
            lock.unlock();
        }
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failure = e;
            log.error("{} has failed, and reads no more", owner, e);
        }
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Interrupts the thread, if it runs. */
    void interrupt() {
        lock.lock();
        try {
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets no start come any more, and waits until the thread has ended, five seconds at most.
     *
     * @return whether no thread runs: it has ended, or was never started
     */
    @CanIgnoreReturnValue
    boolean stop() {
        Thread running;
        lock.lock();
        try {
            stopped = true;
            running = thread;
        } finally {
            lock.unlock();
        }
        if (running != null && running != Thread.currentThread()) {
            join(running);
        }
        return running == null || !running.isAlive();
    }

    /** Waits for the thread, but not for ever: what it has open is to be closed. An interrupt of the waiting thread is kept. */
    private void join(Thread running) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        for (long left = PATIENCE.toMillis(); left > 0 && running.isAlive(); ) {
            try {
                running.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (running.isAlive()) {
            log.warn("{} has been stopped, but its thread '{}' has not ended yet", owner, running.getName());
        }
    }
}
