// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock's log lines. A logger that throws breaks nothing: the lock's user is not its caller. No more does a lack of memory for
 * a line, after an unlock above all: so each has all of it in a {@code try} of its own, and nobody is left to tell.
 */
final class LockLog {

    private static final Logger log = LoggerFactory.getLogger(InstrumentedLock.class);

    private final String name;

    LockLog(String name) {
        this.name = name;
    }

    void waits(OwnedLock lock) {
        try {
            if (log.isDebugEnabled()) {
                log.debug("waits for lock '{}', which '{}' holds", name, lock.ownerName());
            }
        } catch (Throwable e) {
            return;
        }
    }

    void gaveUp(long waitedNanos) {
        try {
            log.debug("goes without lock '{}' after {} ns", name, waitedNanos);
        } catch (Throwable e) {
            return;
        }
    }

    void hadWaited(long waitedNanos) {
        try {
            log.debug("had lock '{}' after a wait of {} ns", name, waitedNanos);
        } catch (Throwable e) {
            return;
        }
    }

    void heldTooLong(long heldNanos, long allowedNanos) {
        try {
            log.warn(
                    "lock '{}' was held for at least {}, allowed are {}: do less under it, or split it",
                    name,
                    Duration.ofNanos(heldNanos),
                    Duration.ofNanos(allowedNanos));
        } catch (Throwable e) {
            return;
        }
    }

    static void inverted(LockOrderException inversion) {
        try {
            log.warn("two locks are taken in opposite orders", inversion);
        } catch (Throwable e) {
            return;
        }
    }
}
