// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.testing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Shows that a step needs no memory: what allocates nothing cannot run out of it. The JVM counts the bytes of each thread
 * exactly.
 */
public final class Allocations {

    private static final int ROUNDS = 50;

    private static final MethodHandle ALLOCATED_BYTES = allocatedBytes();

    /** Makes what a step is done to, and answers the step. */
    @FunctionalInterface
    public interface Setup {
        Runnable prepare() throws Exception;
    }

    private Allocations() {}

    /** The bytes that a step allocates, when what is made once in a JVM's life is there: the least of some rounds. */
    public static long of(Setup setup) throws Exception {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS && least > 0; i++) {
            Runnable step = setup.prepare();
            long before = soFar();
            step.run();
            least = Math.min(least, soFar() - before);
        }
        return least;
    }

    /** As {@link #of}, but counted from where the step itself wrote down what had been allocated {@linkplain #soFar so far}. */
    public static long since(long[] written, Setup setup) throws Exception {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS && least > 0; i++) {
            Runnable step = setup.prepare();
            step.run();
            least = Math.min(least, soFar() - written[0]);
        }
        return least;
    }

    /** The bytes that this thread has allocated in its life: for a stretch that begins or ends within a step. */
    public static long soFar() {
        try {
            return (long) ALLOCATED_BYTES.invokeExact(Thread.currentThread().getId());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Found by name, since the module that the tests are compiled in does not read the JDK's management. */
    private static MethodHandle allocatedBytes() {
        try {
            Object bean = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            return MethodHandles.publicLookup()
                    .findVirtual(
                            Class.forName("com.sun.management.ThreadMXBean"),
                            "getThreadAllocatedBytes",
                            MethodType.methodType(long.class, long.class))
                    .bindTo(bean);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JVM does not count what its threads allocate", e);
        }
    }
}
