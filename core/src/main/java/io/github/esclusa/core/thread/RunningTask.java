// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import io.github.esclusa.core.waiting.Whereabouts;
import java.util.List;

/**
 * A task that still ran when a wait for it ended, and where. It keeps neither the task nor its thread.
 *
 * @param number the task's number in its group, from 1 in order of submission
 * @param thread the name of the thread that runs it
 * @param state what that thread did
 * @param stack where the thread was, the innermost frame first; empty if the machine showed none; unmodifiable
 */
public record RunningTask(int number, String thread, Thread.State state, List<StackTraceElement> stack) {

    /**
     * Copies the stack.
     *
     * @param number the task's number in its group, from 1 in order of submission
     * @param thread the name of the thread that runs it
     * @param state what that thread did
     * @param stack where the thread was, the innermost frame first
     */
    public RunningTask {
        stack = List.copyOf(stack);
    }

    static RunningTask of(int number, Thread thread) {
        return new RunningTask(number, thread.getName(), thread.getState(), List.of(thread.getStackTrace()));
    }

    /** One line: the task, its thread, the innermost frame outside the JDK, and what of the JDK's it had called. */
    @Override
    public String toString() {
        return "task " + number + " on thread '" + thread + "' (" + state + ")"
                + (stack.isEmpty() ? "" : " " + Whereabouts.in(stack));
    }
}
