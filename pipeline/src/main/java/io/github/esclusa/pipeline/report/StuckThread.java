// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

import io.github.esclusa.core.waiting.Whereabouts;
import java.util.List;

/**
 * A thread of the pipeline's that was still in user code when the time for shutting down was up: a worker, or the thread that
 * tells callbacks in line of the close. It has been interrupted.
 *
 * @param name the thread's name, which begins with the pipeline's and the stage's, or with the pipeline's and {@code close}
 * @param stack where it was, innermost frame first
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

    /** One line: the thread, the innermost frame outside the JDK, and what of the JDK's it had called. */
    @Override
    public String toString() {
        return stack.isEmpty() ? name : name + " " + Whereabouts.in(stack);
    }
}
