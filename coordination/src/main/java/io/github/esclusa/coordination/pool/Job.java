// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.concurrent.atomic.AtomicBoolean;

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

    /** When it was promised to a waiter, see {@link Supply}. Guarded by the lock of the {@link HandOver}. */
    long promisedNanos;

    private Job() {}

    /**
     * Claims the job; {@code true} for one caller only. An executor may queue what it then refuses, or run a task twice:
     * whoever loses the claim leaves the job alone.
     */
    final boolean take() {
        return taken.compareAndSet(false, true);
    }

    /** Make a resource; it holds a slot of the bound already. */
    static final class Create<T> extends Job<T> {}

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
        final DestroyReason reason;

        Destroy(Resource<T> resource, DestroyReason reason) {
            this.resource = resource;
            this.reason = reason;
        }
    }

    /** The closed pool is empty: remove its meters and let its threads go. */
    static final class Terminate<T> extends Job<T> {}
}
