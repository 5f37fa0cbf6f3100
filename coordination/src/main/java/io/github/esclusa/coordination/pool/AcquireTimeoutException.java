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
        boolean waited = !timeout.isZero() && !timeout.isNegative();
        return "no lease from pool '" + pool + "' " + (waited ? "within " + timeout : "at once") + ": " + state.active()
                + " of at most " + max + " in use, " + state.creating() + " being created, " + state.waiting()
                + " other threads waiting; " + remedy(waited, state, max);
    }

    private static String remedy(boolean waited, PoolState state, int max) {
        if (state.active() >= max) {
            return "raise max(..) or " + (waited ? "the timeout" : "give a timeout")
                    + ", or look in report() for leases held too long";
        }
        if (state.lastFailure() != null) {
            return "the last creation failed: see the cause, and the factory";
        }
        return waited
                ? "resources are slow to create, to validate or to destroy: see the factory"
                : "none was ready to be lent: try again, or give a timeout";
    }
}
