// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The threads of a gate: one for each factory, {@code close()} and call of foreign code that runs, one that tears down. */
final class GateThreads {

    private final ThreadFactory factory;

    /** What the names begin with. Made beforehand: even a constant needs memory, the first time. */
    private final String starting;

    private final String closing;
    private final String interrupting;
    private final String recording;
    private final String leading;

    GateThreads(String gate, ThreadFactory factory) {
        this.factory = factory;
        this.starting = gate + "-start-";
        this.closing = gate + "-stop-";
        this.interrupting = gate + "-interrupt-";
        this.recording = gate + "-recording";
        this.leading = gate + "-stop";
    }

    /** Starts a component's factory in a thread of its own; throws what the system throws when it has no more threads. */
    void starting(String component, Runnable task) {
        start(starting, component, task);
    }

    /** Closes a component in a thread of its own, or in this one when the system has no more. */
    void closing(String component, Runnable task) {
        startOrRun(closing, component, task);
    }

    /** Interrupts a thread, which may run foreign code, in a thread of its own, or in this one when the system has no more. */
    void interrupting(String component, Runnable task) {
        startOrRun(interrupting, component, task);
    }

    /** Records a wait in a thread of its own, or in this one when the system has no more. */
    void recording(Runnable task) {
        startOrRun(recording, null, task);
    }

    /** Tears the gate down in a thread of its own, or in this one when the system has no more. */
    void tearingDown(Runnable task) {
        startOrRun(leading, null, task);
    }

    private void startOrRun(String name, @Nullable String component, Runnable task) {
        try {
            start(name, component, task);
        } catch (Throwable e) { // no memory, above all: what must be closed is closed here, unhurried by a deadline
            task.run();
        }
    }

    private void start(String name, @Nullable String component, Runnable task) {
        Thread thread = factory.newThread(task);
        thread.setName(component == null ? name : name + component); // without a number: there is one of each
        thread.start();
    }
}
