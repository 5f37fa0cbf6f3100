// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.Objects.requireNonNull;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread factory that gives each thread a name, {@code <name>-<n>} counting from 1, and a daemon policy that was
 * chosen rather than inherited from whoever happened to start it.
 *
 * <p>An exception that escapes a thread's task is logged with the thread's name instead of being printed or lost. The
 * factory may be shared between threads.
 */
public final class NamedThreads implements ThreadFactory {

    private static final Logger log = LoggerFactory.getLogger(NamedThreads.class);

    private final String name;
    private final ThreadKind kind;
    private final AtomicLong count = new AtomicLong();

    private NamedThreads(String name, ThreadKind kind) {
        this.name = requireNonNull(name, "the name of the threads is null");
        this.kind = kind;
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "the name of the threads is blank: give them one that says whose they are");
        }
    }

    /**
     * Platform threads that keep the process alive until they end.
     *
     * @param name what the threads' names start with
     * @return the factory
     */
    public static NamedThreads platform(String name) {
        return new NamedThreads(name, ThreadKind.PLATFORM);
    }

    /**
     * Platform threads that the process does not wait for: they are cut off, wherever they are, when it ends.
     *
     * @param name what the threads' names start with
     * @return the factory
     */
    public static NamedThreads daemon(String name) {
        return new NamedThreads(name, ThreadKind.DAEMON);
    }

    /**
     * Virtual threads, where the running JVM has them. They are always daemons.
     *
     * @param name what the threads' names start with
     * @return the factory
     * @throws UnsupportedOperationException if the running JVM has no virtual threads (they came with Java 21)
     */
    public static NamedThreads virtual(String name) {
        VirtualThreads.requireAvailable(name);
        return new NamedThreads(name, ThreadKind.VIRTUAL);
    }

    /**
     * Threads of a kind that was chosen elsewhere, in a builder for example.
     *
     * @param kind platform, daemon or virtual
     * @param name what the threads' names start with
     * @return the factory
     * @throws UnsupportedOperationException if virtual threads are asked for and the running JVM has none
     */
    public static NamedThreads of(ThreadKind kind, String name) {
        return switch (given(kind, "threads", name, "kind")) {
            case PLATFORM -> platform(name);
            case DAEMON -> daemon(name);
            case VIRTUAL -> virtual(name);
        };
    }

    /**
     * Makes a thread, not yet started.
     *
     * @param task what the thread is to run
     * @return the thread
     */
    @Override
    public Thread newThread(Runnable task) {
        given(task, "threads", name, "task");
        String threadName = name + "-" + count.incrementAndGet();
        Thread thread;
        if (kind == ThreadKind.VIRTUAL) {
            thread = VirtualThreads.unstarted(threadName, task);
        } else {
            thread = new Thread(null, task, threadName, 0, false);
            thread.setDaemon(kind == ThreadKind.DAEMON);
        }
        // What services and drivers are found by. Later JVMs do not pass it on with the inheritable thread-locals left
        // out.
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.setUncaughtExceptionHandler(
                (dead, cause) -> log.error("thread '{}' ended with an exception nobody caught", dead.getName(), cause));
        return thread;
    }

    @Override
    public String toString() {
        return "NamedThreads(" + name + "-*, " + kind + ")";
    }
}
