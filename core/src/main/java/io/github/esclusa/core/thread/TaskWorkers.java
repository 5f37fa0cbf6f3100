// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one {@link TaskGroup}: they run the code of its tasks, without a lock, and tell the {@link TaskLedger}
 * of its end whatever it throws. A thread ends when there is nothing to run.
 */
final class TaskWorkers<T extends @Nullable Object> {

    private final ThreadFactory threads;
    private final TaskLedger<T> ledger;
    private final TaskMetrics meters;

    TaskWorkers(ThreadFactory threads, TaskLedger<T> ledger, TaskMetrics meters) {
        this.threads = threads;
        this.ledger = ledger;
        this.meters = meters;
    }

    /** Starts a worker, on which a task counts. */
    void start(Task<T> task) {
        try {
            threads.newThread(this::work).start();
        } catch (Throwable e) { // No memory for another thread, most likely: the task must not be left to nobody.
            ledger.workerDidNotStart(task, e);
            endIfDeserted();
        }
    }

    private void work() {
        Task<T> task = null;
        try {
            for (task = ledger.take(); task != null; task = ledger.take()) {
                run(task);
            }
        } catch (Throwable e) { // An Error of our own, no memory for a wait: a close must not wait for this thread.
            ledger.workerDied(task, e);
            throw e; // Its task may have been settled before: then only the thread's handler can tell.
        } finally {
            endIfDeserted();
        }
    }

    private void run(Task<T> task) {
        T returned = null;
        Throwable thrown = null;
        try {
            returned = task.call();
        } catch (Throwable e) { // Errors too: they belong to whoever joins, and this thread has other tasks to run.
            thrown = e;
        }
        task.runnerLeft();
        Thread.interrupted(); // Whatever the task was told or did to its thread ends with it.
        ledger.end(task, returned, thrown);
    }

    /** The meters that a close had to leave behind go with the last worker. */
    private void endIfDeserted() {
        if (ledger.isDeserted()) {
            meters.close();
        }
    }
}
