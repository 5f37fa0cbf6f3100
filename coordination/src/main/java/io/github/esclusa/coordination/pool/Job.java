// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A piece of user code that {@link HandOver} wants run and {@link Workers} runs, outside every lock. Jobs are compared
 * by identity: each is one run.
 *
 * <pre>
 *   NEW ──take──► TAKEN, by the thread that runs it, or by the one that deals with its refusal
 * </pre>
 */
abstract sealed class Job<T> {

    private final AtomicBoolean taken = new AtomicBoolean();

    /** Among those to be started once the lock has been released. */
    final Chain.Place<Job<T>> planned = new Chain.Place<>(this);

    /** Among those that count for the waiters, see {@link Supply}. */
    final Chain.Place<Job<T>> promise = new Chain.Place<>(this);

    /**
     * The thread that is starting it now. Written by that one alone, and read by others: one that reads its own name has
     * written it, and whatever another reads is not its own name.
     */
    @Nullable
    Thread starter;

    /** Among those in the hands of the factory. Guarded by the lock of the {@link HandOver}. */
    final Chain.Place<Job<T>> call = new Chain.Place<>(this);

    /**
     * The thread on which it is in the hands of the factory. Written under the lock of the {@link HandOver}, and read without
     * it: a job is there once, so a reading before and one after a look at the thread tell whether the look was at the job.
     */
    volatile @Nullable Thread runner;

    /** When it was promised to a waiter. Guarded by the lock of the {@link HandOver}. */
    long promisedNanos;

    private Job() {}

    /** Makes the jobs that are made as they are planned, for which there may be no memory. */
    static class Maker<T> {

        Create<T> create() {
            return new Create<>();
        }

        Validate<T> validate(Resource<T> resource) {
            return new Validate<>(resource);
        }
    }

    /**
     * Claims the job; {@code true} for one caller only. An executor may queue what it then refuses, or run a task twice:
     * whoever loses the claim leaves the job alone.
     */
    final boolean take() {
        return taken.compareAndSet(false, true);
    }

    /** Make a resource; it holds a slot of the bound already. */
    static final class Create<T> extends Job<T> {

        /** Where what is made will stand: whoever has made it may have no memory left. */
        final Resource<T> resource = new Resource<>();
    }

    /** Test a resource that lay idle. */
    static final class Validate<T> extends Job<T> {

        final Resource<T> resource;

        Validate(Resource<T> resource) {
            this.resource = resource;
        }
    }

    /** End a resource and then free its slot. */
    static final class Destroy<T> extends Job<T> {

        final Resource<T> resource;

        /** Written under the lock of the {@link HandOver} before it is started. */
        DestroyReason reason = DestroyReason.CLOSED;

        Destroy(Resource<T> resource) {
            this.resource = resource;
        }
    }

    /** The closed pool is empty: remove its meters and let its threads go. */
    static final class Terminate<T> extends Job<T> {}
}
