// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/**
 * The pool was closed, before the lease was asked for or while the caller waited for it. With a cause it has closed itself,
 * because an error of the JVM's left it in the middle of a step.
 */
public final class PoolClosedException extends PoolException {

    private static final long serialVersionUID = 1;

    PoolClosedException(String pool, @Nullable Throwable failure) {
        super(
                pool,
                failure == null
                        ? "pool '" + pool + "' is closed and lends nothing more: stop its users before it"
                        : "pool '" + pool + "' has failed and closed, see the cause: close it and open another",
                failure);
    }
}
