// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one {@link TaskLedger}, and what has failed in which order: plain fields, guarded by its lock. Settling
 * allocates nothing: the moment of a failure may be one without memory.
 */
final class TaskTally<T extends @Nullable Object> {

    private long started;
    private long running;
    private long succeeded;
    private long failed;
    private long cancelled;

    /** The failed tasks are linked in the order in which they failed. */
    private @Nullable Task<T> firstFailure;

    private @Nullable Task<T> lastFailure;

    void begun() {
        started++;
        running++;
    }

    /** The code of a task that had begun has come back; {@link #settled} follows. */
    void cameBack() {
        running--;
    }

    void settled(Task<T> task, Task.State end) {
        switch (end) {
            case SUCCEEDED -> succeeded++;
            case CANCELLED -> cancelled++;
            case FAILED -> {
                failed++;
                if (lastFailure == null) {
                    firstFailure = task;
                } else {
                    lastFailure.failedBefore(task);
                }
                lastFailure = task;
            }
            case QUEUED, RUNNING -> throw new IllegalStateException(end + " is not an end");
        }
    }

    long started() {
        return started;
    }

    long cancelled() {
        return cancelled;
    }

    long settled() {
        return succeeded + failed + cancelled;
    }

    TaskBalance balance(int submitted) {
        return new TaskBalance(submitted, submitted - running - settled(), running, succeeded, failed, cancelled);
    }

    /** What the tasks threw, in order of failure: all of it, or what nobody has been told. From here it counts as told. */
    List<Throwable> failures(boolean again) {
        List<Throwable> thrown = new ArrayList<>();
        for (Task<T> task = firstFailure; task != null; task = task.nextFailure()) {
            Throwable reported = task.report(again);
            if (reported != null) {
                thrown.add(reported);
            }
        }
        return thrown;
    }
}
