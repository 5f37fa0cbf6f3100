// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * A wait for a group of tasks ended before they did. The message names the tasks that run, their threads, and where they
 * are; each one's whole stack is that of a suppressed exception, so that a log shows it.
 */
public final class StillRunningException extends TimeoutException {

    private static final long serialVersionUID = 1;

    /** The names of the tasks, not the tasks: an exception can be kept longer than they should be. */
    private final List<String> running;

    StillRunningException(String message, List<String> running) {
        super(message);
        this.running = running;
    }

    /**
     * The tasks that still ran.
     *
     * @return a description of each, in order of submission; unmodifiable
     */
    public List<String> running() {
        return running;
    }

    /** Where a thread was: an exception only in form, for its stack trace. */
    static final class Stack extends Exception {

        private static final long serialVersionUID = 1;

        Stack(String where, StackTraceElement[] stack) {
            super(where, null, false, true);
            setStackTrace(stack);
        }
    }
}
