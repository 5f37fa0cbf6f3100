// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import java.util.List;

/**
 * Where a thread was, in the few words that a line of text has room for. The innermost frame says little: that of a
 * thread that waits is the JDK's own, whatever it waits for.
 */
public final class Whereabouts {

    private Whereabouts() {}

    /**
     * The first frame outside the JDK, and what it had called there.
     *
     * @param stack the innermost frame first
     * @return such as {@code in Thread.sleep, from app.Store.insert(Store.java:42)}, or {@code at} and the frame where the
     *     JDK was not called; {@code nowhere} for an empty stack
     */
    public static String in(List<StackTraceElement> stack) {
        StackTraceElement called = null;
        for (StackTraceElement frame : stack) {
            if (!isJdk(frame)) {
                return called == null ? "at " + brief(frame) : inMethod(called) + ", from " + brief(frame);
            }
            called = frame;
        }
        return stack.isEmpty() ? "nowhere" : inMethod(stack.get(0));
    }

    private static String inMethod(StackTraceElement frame) {
        String name = frame.getClassName();
        return "in " + name.substring(name.lastIndexOf('.') + 1) + "." + frame.getMethodName();
    }

    /** Without class loader and module, which a look at another thread's stack finds in every frame. */
    private static StackTraceElement brief(StackTraceElement frame) {
        return new StackTraceElement(
                frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber());
    }

    private static boolean isJdk(StackTraceElement frame) {
        String module = frame.getModuleName();
        return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
    }
}
