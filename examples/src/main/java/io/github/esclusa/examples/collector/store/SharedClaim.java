// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A claim that a store and each of its connections hold together: it is given back when the last of them has gone, whoever that
 * is. Over a connection that outlives its store a COMMIT may still be under way.
 */
final class SharedClaim {

    private final Claim claim;

    /** The store is the first. */
    private final AtomicInteger holders = new AtomicInteger(1);

    SharedClaim(Claim claim) {
        this.claim = claim;
    }

    /** Another holds it from now on. */
    void join() throws SQLException {
        if (holders.getAndUpdate(count -> count <= 0 ? count : count + 1) <= 0) {
            throw new SQLException("the store has been closed");
        }
    }

    /** One of them has gone. */
    void leave() {
        if (holders.decrementAndGet() == 0) {
            claim.close();
        }
    }

    /** Whether there is something to claim, and somebody holds it. */
    boolean isHeld() {
        return claim != Claim.NONE && holders.get() > 0;
    }
}
