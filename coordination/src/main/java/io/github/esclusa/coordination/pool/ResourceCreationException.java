// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.Nullable;

/** The factory could not make the resource a caller waited for; the cause is what it threw. */
public final class ResourceCreationException extends PoolException {

    private static final long serialVersionUID = 1;

    ResourceCreationException(String pool, String message, @Nullable Throwable cause) {
        super(pool, message, cause);
    }
}
