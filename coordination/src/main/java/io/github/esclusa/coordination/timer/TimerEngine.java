// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.thread.StuckThread;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * What happens around the transitions of the {@link TimerLedger}: hands due timers to the executor, runs callbacks,
 * closes. All foreign code (executor, callbacks, meters, loggers) is called from here, without a lock, and whatever it
 * throws, the ledger has been or will be told.
 */
final class TimerEngine {

    private final String name;
    private final Clock clock;
    private final TimerLedger ledger;
    private final Executor executor;

    /** The executor, if it is our own. */
    private final @Nullable Workers workers;

    private final TimerMetrics metrics;
    private final TimerLog log;
    private final Thread timingThread;

    /** Takes the last step at this moment, in which the registry's listeners are called. Single writer: that thread. */
    private volatile @Nullable Thread terminating;

    TimerEngine(
            String name,
            Clock clock,
            TimerLedger ledger,
            Executor executor,
            @Nullable Workers workers,
            TimerMetrics metrics,
            TimerLog log,
            ThreadFactory threads) {
        this.name = name;
        this.clock = clock;
        this.ledger = ledger;
        this.executor = executor;
        this.workers = workers;
        this.metrics = metrics;
        this.log = log;
        this.timingThread = threads.newThread(this::handOverUntilClosed);
    }

    String name() {
        return name;
    }

    TimerLog log() {
        return log;
    }

    void start() {
        boolean started = false;
        try {
            timingThread.start();
            started = true;
        } finally {
            if (!started) {
                ledger.close(null);
                terminateIfQuiet();
            }
        }
    }

    // ---- what users do

    Timer schedule(Cadence cadence, Runnable callback) {
        return ledger.schedule(new ScheduledTimer(this, cadence, callback));
    }

    CancelOutcome cancel(ScheduledTimer timer) {
        CancelOutcome outcome = ledger.cancel(timer);
        if (outcome == CancelOutcome.CANCELLED && workers != null) {
            workers.withdraw(timer);
        }
        return outcome;
    }

    ResetOutcome reset(ScheduledTimer timer, long delayNanos) {
        // The task of a timer that was due may stay with the executor: when it comes to run, it runs the timer if that
        // is due again by then, and does nothing otherwise. Withdrawing it here could hit the next hand-over instead.
        return ledger.reset(timer, delayNanos);
    }

    TimerState state(ScheduledTimer timer) {
        return ledger.state(timer);
    }

    TimerBalance balance() {
        return ledger.balance();
    }

    TimersReport shutdown(Duration timeout) throws InterruptedException {
        ledger.close(null);
        Deadline deadline;
        try {
            deadline = Deadline.after(timeout, clock); // a clock that throws finds everything closed
        } finally {
            terminateIfQuiet();
        }
        // A callback, or a listener called by the last step, that waited for the end of all would wait for its own.
        if (!isInside() && !ledger.awaitTerminated(deadline) && giveUp()) {
            terminate();
        }
        return ledger.report();
    }

    /** Looks at the threads first: that may run out of memory, and then nothing has changed. */
    private boolean giveUp() {
        List<TimerLedger.Run> runs = ledger.runsToGiveUp();
        List<StuckThread> seen = new ArrayList<>(runs.size() + 1);
        for (TimerLedger.Run run : runs) {
            seen.add(StuckThread.of(run.thread()));
        }
        return ledger.closingToQuietByForce(runs, seen, StuckThread.of(timingThread));
    }

    private boolean isInside() {
        Thread caller = Thread.currentThread();
        return caller == timingThread || caller == terminating || ledger.isRunningOn(caller);
    }

    // ---- the timing thread

    private void handOverUntilClosed() {
        try {
            for (ScheduledTimer timer = ledger.awaitDue(); timer != null; timer = ledger.awaitDue()) {
                handOver(timer);
            }
        } catch (Throwable e) {
            ledger.close(e);
            log.timingFailed(e);
        } finally {
            ledger.timingEnds();
            terminateIfQuiet();
        }
    }

    private void handOver(ScheduledTimer timer) {
        try {
            executor.execute(timer);
        } catch (Throwable e) {
            refused(timer, e);
        }
        withdrawIfSettled(timer);
    }

    /**
     * A timer that was cancelled after it had come due and before the workers had it would stay in their queue, without a
     * place and so without a bound. Whoever cancels it from now on finds it there. Hand-overs are made by this thread
     * alone, so no later one is hit.
     */
    private void withdrawIfSettled(ScheduledTimer timer) {
        if (workers != null && ledger.state(timer) != TimerState.DUE) {
            workers.withdraw(timer);
        }
    }

    private void refused(ScheduledTimer timer, Throwable cause) {
        if (ledger.refuse(timer, nanoTimeOrDue(timer))) {
            log.executorRefused(timer.cadence, cause);
        }
    }

    // ---- the executor's threads

    void run(ScheduledTimer timer) {
        if (Thread.currentThread() == timingThread) {
            // A direct executor, or one whose answer to saturation is to let the caller run: one slow callback would
            // hold up every other timer.
            throw refusedHere(timer);
        }
        long begunNanos = nanoTimeOrDue(timer);
        TimerLedger.Begun begun = begin(timer, begunNanos);
        if (begun == null) {
            return;
        }
        Throwable failure = null;
        try {
            metrics.begun(begun.lagNanos());
            begun.callback().run();
        } catch (Throwable e) {
            failure = e;
        }
        // Up to its end nothing here may need memory: the callback may have left none, and a run without an end is
        // RUNNING
        // for ever.
        long endedNanos = nanoTimeOr(begunNanos);
        ledger.end(timer, failure != null, endedNanos);
        metrics.ended(endedNanos - begunNanos);
        if (failure != null) {
            log.callbackFailed(timer.cadence, begun.callback(), failure);
        }
        terminateIfQuiet();
        if (failure != null) {
            endLogIfOver();
        }
    }

    /**
     * Tells what the log left out, should the end have come while the callback ran. It has been logged before this reads the
     * life; who ends the timers writes the life, then ends the log. So one of the two finds what was left out.
     */
    private void endLogIfOver() {
        if (ledger.isQuiet()) {
            log.end();
        }
    }

    private RejectedExecutionException refusedHere(ScheduledTimer timer) {
        RejectedExecutionException refusal;
        try {
            refusal = new RejectedExecutionException("the executor of timers '" + name
                    + "' ran a callback on the timing thread that handed it over: give them an executor with threads of"
                    + " its own, which refuses when it is full");
        } catch (Throwable e) {
            refused(timer, e); // No memory to say why: settled all the same.
            throw e;
        }
        refused(timer, refusal);
        return refusal;
    }

    private TimerLedger.@Nullable Begun begin(ScheduledTimer timer, long nowNanos) {
        try {
            return ledger.begin(timer, Thread.currentThread(), nowNanos);
        } catch (Throwable e) {
            refused(timer, e); // No memory to begin with: settled all the same.
            throw e;
        }
    }

    // ---- the time

    // A clock that throws must leave no timer half-way, and no more may a lack of memory: so these take a number, or
    // the
    // timer, and no function, which would be made anew for each reading.

    /** The moment it was due has come, and stands in for a time that cannot be read. */
    private long nanoTimeOrDue(ScheduledTimer timer) {
        try {
            return clock.nanoTime();
        } catch (Throwable e) {
            log.clockFailed(e);
            return ledger.dueNanos(timer);
        }
    }

    private long nanoTimeOr(long lastKnownNanos) {
        try {
            return clock.nanoTime();
        } catch (Throwable e) {
            log.clockFailed(e);
            return lastKnownNanos;
        }
    }

    // ---- the end

    /** Called after every step that may be the last: the ledger tells one of the callers that it was. */
    private void terminateIfQuiet() {
        if (ledger.closingToQuiet()) {
            terminate();
        }
    }

    private void terminate() {
        terminating = Thread.currentThread();
        try {
            if (workers != null) {
                workers.stop();
            }
            log.end();
            metrics.close();
        } finally {
            ledger.quietToTerminated();
            terminating = null;
        }
    }
}
