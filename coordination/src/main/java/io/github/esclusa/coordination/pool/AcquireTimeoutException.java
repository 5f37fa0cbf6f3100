// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.time.Duration;

/**
 * No lease came within the time allowed. The message says how many resources were in use and being created and how many
 * threads waited; the cause, if there is one, is the last failure to create a resource since one was created.
 */
public final class AcquireTimeoutException extends PoolException {

    private static final long serialVersionUID = 1;

    AcquireTimeoutException(String pool, Duration timeout, PoolState state, int max) {
        super(pool, message(pool, timeout, state, max), state.lastFailure());
    }

    private static String message(String pool, Duration timeout, PoolState state, int max) {
        String remedy = state.active() >= max
                ? "raise max(..) or the timeout, or look in report() for leases held too long"
                : "resources are slow to create, to validate or to destroy: see the cause, if any, and the factory";
        return "no lease from pool '" + pool + "' within " + timeout + ": " + state.active() + " of at most " + max
                + " in use, " + state.creating() + " being created, " + state.waiting() + " other threads waiting; "
                + remedy;
    }
}
