// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

/**
 * A piece of user code that {@link HandOver} wants run and {@link Workers} runs, outside every lock. Jobs are compared
 * by identity: each is one run.
 */
sealed interface Job<T> {

    /** Make a resource; it holds a slot of the bound already. */
    final class Create<T> implements Job<T> {}

    /** Test a resource that lay idle. */
    final class Validate<T> implements Job<T> {

        final Resource<T> resource;

        Validate(Resource<T> resource) {
            this.resource = resource;
        }
    }

    /** End a resource and then free its slot. */
    final class Destroy<T> implements Job<T> {

        final Resource<T> resource;
        final DestroyReason reason;

        Destroy(Resource<T> resource, DestroyReason reason) {
            this.resource = resource;
            this.reason = reason;
        }
    }

    /** The closed pool is empty: remove its meters and let its threads go. */
    final class Terminate<T> implements Job<T> {}
}
