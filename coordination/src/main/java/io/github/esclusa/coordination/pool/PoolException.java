// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/** Why a {@link ResourcePool} gave no lease. */
public abstract sealed class PoolException extends RuntimeException
        permits AcquireTimeoutException, PoolClosedException, ResourceCreationException {

    private static final long serialVersionUID = 1;

    /** The pool's name. */
    private final String pool;

    PoolException(String pool, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.pool = pool;
    }

    /**
     * The pool that was asked.
     *
     * @return its name
     */
    public String pool() {
        return pool;
    }
}
