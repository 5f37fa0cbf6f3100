// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A wait for a group of tasks ended before they did. The message names the tasks that run, their threads, and where they
 * are; each one's whole stack is that of a suppressed exception, so that a log shows it.
 */
public final class StillRunningException extends TimeoutException {

    private static final long serialVersionUID = 1;

    /** Not serialised: the message and what is suppressed say it in words. */
    private final transient @Nullable List<RunningTask> running;

    StillRunningException(String message, List<RunningTask> running) {
        super(message);
        this.running = List.copyOf(running);
        running.forEach(task -> addSuppressed(new Stack(task)));
    }

    /**
     * The tasks that still ran.
     *
     * @return each with its thread and stack, in order of submission; unmodifiable; empty in an exception that was
     *     serialised and read back
     */
    public List<RunningTask> running() {
        return running == null ? List.of() : running;
    }

    /** Where a thread was: an exception only in form, for its stack trace. */
    private static final class Stack extends Exception {

        private static final long serialVersionUID = 1;

        Stack(RunningTask task) {
            super(task.toString(), null, false, true);
            setStackTrace(task.stack().toArray(StackTraceElement[]::new));
        }
    }
}
