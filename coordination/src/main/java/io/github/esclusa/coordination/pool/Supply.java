// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to the waiters of a {@link HandOver}, and what may still be started. All of it is guarded by that
 * hand-over's lock.
 *
 * <p><b>The bound.</b> A permit of {@link #slots} is taken before a creation is planned and given back after that
 * creation has failed or its resource has been destroyed. There is no other way to a creation, so never more than
 * {@code max} resources exist or are being created.
 *
 * <p><b>Promises.</b> A waiter waits for the queue, not for "its" creation: whatever comes free first, returned or made,
 * goes to the eldest. Creations and validations under way are {@link #promises}: they are counted against the waiters,
 * so that no more are started than are wanted. One that a waiter has waited for in vain, to its deadline or its interrupt,
 * no longer counts, or a single factory call that hangs would keep every later lone waiter from a creation of its own.
 * For callers that do not wait, one counts as long as {@link PoolSettings#triesPatienceNanos}.
 */
final class Supply<T> {

    private static final long UPKEEP_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<Job.Create<T>> creations;
    private final int creators;
    private final long patienceNanos;
    private final PoolTime time;

    /** One permit for each resource that may exist; waited for by nobody. */
    private final Semaphore slots;

    /** In order of age. */
    private final Chain<Job<T>> promises = new Chain<>();

    /** How many of the promises are validations. */
    private int validationsPromised;

    private int creating;
    private long failures;
    private @Nullable Throwable latestFailure;

    /** The latest failure, until a creation succeeds. */
    private @Nullable Throwable lastFailure;

    /** After a failure {@code min} is not restored before {@link #upkeepPausedUntil}; waiters do not wait for that. */
    private boolean upkeepPaused;

    private long upkeepPausedUntil;

    /** Creations are made by the supplier, which may find no memory for one. */
    Supply(PoolSettings settings, PoolTime time, Supplier<Job.Create<T>> creations) {
        this.creations = creations;
        this.creators = settings.creators();
        this.patienceNanos = settings.triesPatienceNanos();
        this.time = time;
        this.slots = new Semaphore(settings.max());
    }

    /** A creation to be started; {@code null} if the bound or the number of creators forbids one. */
    Job.@Nullable Create<T> tryCreate() {
        if (creating >= creators || !slots.tryAcquire()) {
            return null;
        }
        Job.Create<T> job = null;
        try {
            job = creations.get();
        } finally {
            if (job == null) { // no memory: nothing has changed
                slots.release();
            }
        }
        creating++;
        promise(job);
        return job;
    }

    void validate(Job.Validate<T> job) {
        validationsPromised++;
        promise(job);
    }

    private void promise(Job<T> job) {
        job.promisedNanos = time.now();
        promises.addLast(job.promise);
    }

    void creationSucceeded(Job.Create<T> job) {
        creating--;
        promises.remove(job.promise);
        lastFailure = null;
        upkeepPaused = false;
    }

    /** Frees the creation's slot; returns whether the creation still counted for a waiter. */
    boolean creationFailed(Job.Create<T> job, Throwable cause) {
        creating--;
        slots.release();
        failed(cause);
        return promises.remove(job.promise);
    }

    /** A creation has failed, or there was not even the memory to plan one. */
    void failed(Throwable cause) {
        failures++;
        latestFailure = cause;
        lastFailure = cause;
        upkeepPaused = true;
        upkeepPausedUntil = time.now() + UPKEEP_PAUSE_NANOS;
    }

    void validationEnded(Job.Validate<T> job) {
        forget(job);
    }

    /** A resource has been destroyed. */
    void freeSlot() {
        slots.release();
    }

    int promised() {
        return promises.size();
    }

    /** A waiter has waited in vain: what was under way longest is late, unless all of it is wanted by others. */
    void forgetEldestPromise(int stillWaiting) {
        Job<T> eldest = promises.first();
        if (eldest != null && promises.size() > stillWaiting) {
            forget(eldest);
        }
    }

    /** Somebody comes anew, who may not wait for long: what is late already is not for them to count on. */
    void forgetLatePromises() {
        if (promises.isEmpty()) {
            return;
        }
        long now = time.now();
        Job<T> eldest = promises.first();
        while (eldest != null && now - eldest.promisedNanos >= patienceNanos) {
            forget(eldest);
            eldest = promises.first();
        }
    }

    /** The pool is closed: nothing is wanted any more. */
    void forgetPromises() {
        while (!promises.isEmpty()) {
            promises.pollFirst();
        }
        validationsPromised = 0;
    }

    int validationsPromised() {
        return validationsPromised;
    }

    private void forget(Job<T> job) {
        if (promises.remove(job.promise) && job instanceof Job.Validate) {
            validationsPromised--;
        }
    }

    int creating() {
        return creating;
    }

    /** Creations that have failed, ever: to tell whether one did in between. */
    long failures() {
        return failures;
    }

    /** What the latest of them failed with, whatever has succeeded since. */
    @Nullable
    Throwable latestFailure() {
        return latestFailure;
    }

    @Nullable
    Throwable lastFailure() {
        return lastFailure;
    }

    boolean upkeepIsDue() {
        return !upkeepPaused || time.now() - upkeepPausedUntil >= 0;
    }

    void resumeUpkeep() {
        upkeepPaused = false;
    }
}
