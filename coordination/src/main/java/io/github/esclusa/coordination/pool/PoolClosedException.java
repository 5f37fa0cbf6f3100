// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

/** The pool was closed, before the lease was asked for or while the caller waited for it. */
public final class PoolClosedException extends PoolException {

    PoolClosedException(String pool) {
        super(pool, "pool '" + pool + "' is closed and lends nothing more: stop its users before it", null);
    }
}
