// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import io.github.esclusa.core.waiting.Whereabouts;
import java.util.List;

/**
 * A thread that was still in user code when the time for shutting down was up, and where. It does not keep the thread.
 *
 * @param name the thread's name
 * @param stack where it was, innermost frame first; empty if the machine showed none; unmodifiable
 */
public record StuckThread(String name, List<StackTraceElement> stack) {

    /**
     * Copies the stack.
     *
     * @param name the thread's name
     * @param stack where it was
     */
    public StuckThread {
        stack = List.copyOf(stack);
    }

    /**
     * Where a thread is at this moment.
     *
     * @param thread the thread
     * @return its name and stack
     */
    public static StuckThread of(Thread thread) {
        return new StuckThread(thread.getName(), List.of(thread.getStackTrace()));
    }

    /** One line: the thread, the innermost frame outside the JDK, and what of the JDK's it had called. */
    @Override
    public String toString() {
        return stack.isEmpty() ? name : name + " " + Whereabouts.in(stack);
    }
}
