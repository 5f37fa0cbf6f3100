// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Virtual threads, found at run time: the library is compiled for Java 17, which has none. */
final class VirtualThreads {

    /** {@code (String, Runnable) -> Thread}, unstarted; {@code null} where the JVM has no virtual threads. */
    private static final @Nullable MethodHandle UNSTARTED = find();

    private VirtualThreads() {}

    static void requireAvailable(String name) {
        if (UNSTARTED == null) {
            throw new UnsupportedOperationException("virtual threads were asked for ('" + name
                    + "') but this JVM, Java " + Runtime.version().feature()
                    + ", has none: run on Java 21 or later, or choose platform threads");
        }
    }

    static Thread unstarted(String name, Runnable task) {
        requireAvailable(name);
        try {
            return (Thread) requireNonNull(UNSTARTED).invokeExact(name, task);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("could not make virtual thread '" + name + "'", e);
        }
    }

    private static @Nullable MethodHandle find() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandle start = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual));
            MethodHandle named = lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
            MethodHandle unstarted =
                    lookup.findVirtual(builder, "unstarted", MethodType.methodType(Thread.class, Runnable.class));
            MethodHandle builderOf = start.asType(MethodType.methodType(builder));
            // (builder, name) -> builder, then (builder, task) -> thread, with the builder made anew at each call.
            MethodHandle nameThenStart = MethodHandles.collectArguments(unstarted, 0, named);
            return MethodHandles.collectArguments(nameThenStart, 0, builderOf);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
