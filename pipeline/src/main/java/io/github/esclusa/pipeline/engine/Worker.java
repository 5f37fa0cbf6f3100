// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import org.jspecify.annotations.Nullable;

/** One thread of a segment: takes work and runs it, until the segment has no more for it. */
final class Worker implements Runnable {

    private static final SafeLog log = SafeLog.of(Worker.class);

    private final Engine engine;
    private final Segment segment;
    private final Hand hand;
    private final Execution execution;

    /** Set before the thread starts. */
    private volatile @Nullable Thread thread;

    Worker(Engine engine, Segment segment, Hand hand, Execution execution) {
        this.engine = engine;
        this.segment = segment;
        this.hand = hand;
        this.execution = execution;
    }

    void start(Thread on) {
        thread = on;
        on.start();
    }

    @Nullable
    Thread thread() {
        return thread;
    }

    /** Interrupts its thread, if it runs. */
    void interrupt() {
        Thread running = thread;
        if (running != null) {
            interrupt(running, engine.name());
        }
    }

    /**
     * Interrupts a thread of a pipeline's. That closes the channel the thread is blocked in, which is foreign code: what it
     * throws is logged, and no affair of whoever shuts down.
     */
    static void interrupt(Thread running, String pipeline) {
        try {
            running.interrupt();
        } catch (Throwable e) {
            log.warn("pipeline '{}': the interrupt of one of its threads threw", pipeline, e);
        }
    }

    Hand hand() {
        return hand;
    }

    boolean isInUserCode() {
        return execution.isInUserCode();
    }

    /** Whether it is in the listener or a callback; to be asked on its own thread. */
    boolean isTelling() {
        return execution.isTelling();
    }

    @Override
    public void run() {
        try {
            while (runOnce()) {}
        } catch (Throwable e) {
            execution.fail(this, e); // user code is caught where it is called: this is our own, or no memory
        } finally {
            engine.workerEnded(segment);
        }
    }

    /** A method of its own, so that a worker that waits has no settled work left on its stack. */
    private boolean runOnce() {
        Work work = segment.next(hand);
        if (work == null) {
            return false;
        }
        execution.run(work);
        return true;
    }
}
