// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.github.esclusa.coordination.timer.CancelOutcome;
import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A cancel races the callback's begin: either it says CANCELLED and nothing ran, or it says otherwise and it did. */
@JCStressTest
@Outcome(id = "CANCELLED, 0", expect = ACCEPTABLE, desc = "cancelled first: the callback never began")
@Outcome(id = "RUNNING, 1", expect = ACCEPTABLE, desc = "cancelled while it ran")
@Outcome(id = "FIRED, 1", expect = ACCEPTABLE, desc = "cancelled after it had run")
@State
public class TimerCancelStress {

    /**
     * One set of timers for all states, of which there are thousands at a time. What hands a task to the state it belongs
     * to is that only one is ever on its way: the constructor waits for it under a lock.
     */
    private static final LinkedBlockingQueue<Runnable> HANDED_OVER = new LinkedBlockingQueue<>();

    private static final Timers TIMERS =
            Timers.builder("stress").executor(HANDED_OVER::add).start();

    private static final ReentrantLock MAKING = new ReentrantLock();

    private final Timer timer;
    private final Runnable task;

    /** Written by the callback, read by the arbiter, after both actors. */
    private int runs;

    /** A timer that is due, its task in the hands of the test. */
    public TimerCancelStress() {
        MAKING.lock();
        try {
            timer = TIMERS.after(Duration.ZERO, () -> runs++);
            task = HANDED_OVER.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while a timer came due", e);
        } finally {
            MAKING.unlock();
        }
    }

    /** The executor's thread. */
    @Actor
    public void fire() {
        task.run();
    }

    /**
     * The user's thread.
     *
     * @param result where the answer goes
     */
    @Actor
    public void cancel(LL_Result result) {
        CancelOutcome outcome = timer.cancel();
        result.r1 = outcome;
    }

    /**
     * Counts.
     *
     * @param result where the number of runs goes
     */
    @Arbiter
    public void count(LL_Result result) {
        result.r2 = runs;
    }
}
