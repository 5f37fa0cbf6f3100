// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.concurrent.ThreadFactory;

/** The threads of a gate: one for each factory, {@code close()} and call of foreign code that runs, one that tears down. */
final class GateThreads {

    private final String gate;
    private final ThreadFactory factory;

    /** Made beforehand: a teardown must be led with no memory left. */
    private final String leader;

    GateThreads(String gate, ThreadFactory factory) {
        this.gate = gate;
        this.factory = factory;
        this.leader = gate + "-stop";
    }

    /** Starts a component's factory in a thread of its own; throws what the system throws when it has no more threads. */
    void starting(String component, Runnable task) {
        start(gate + "-start-" + component, task);
    }

    /** Closes a component in a thread of its own, or in this one when the system has no more. */
    void closing(String component, Runnable task) {
        startOrRun(gate + "-stop-" + component, task);
    }

    /** Interrupts a thread, which may run foreign code, in a thread of its own, or in this one when the system has no more. */
    void interrupting(String component, Runnable task) {
        startOrRun(gate + "-interrupt-" + component, task);
    }

    /** Records a wait in a thread of its own, or in this one when the system has no more. */
    void recording(Runnable task) {
        startOrRun(gate + "-recording", task);
    }

    /** Tears the gate down in a thread of its own, or in this one when the system has no more. */
    void tearingDown(Runnable task) {
        startOrRun(leader, task);
    }

    private void startOrRun(String name, Runnable task) {
        try {
            start(name, task);
        } catch (
                Throwable
                        e) { // OutOfMemoryError above all: what must be closed is closed here, unhurried by a deadline
            task.run();
        }
    }

    private void start(String name, Runnable task) {
        Thread thread = factory.newThread(task);
        thread.setName(name); // without a number: there is one of each
        thread.start();
    }
}
