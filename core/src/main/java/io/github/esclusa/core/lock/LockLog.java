// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lock's log lines. A logger that throws breaks nothing: there is nobody left to tell. */
final class LockLog {

    private static final Logger log = LoggerFactory.getLogger(InstrumentedLock.class);

    private final String name;

    LockLog(String name) {
        this.name = name;
    }

    void waits(OwnedLock lock) {
        quietly(() -> {
            if (log.isDebugEnabled()) {
                log.debug("waits for lock '{}', which '{}' holds", name, lock.ownerName());
            }
        });
    }

    void gaveUp(long waitedNanos) {
        quietly(() -> log.debug("goes without lock '{}' after {} ns", name, waitedNanos));
    }

    void hadWaited(long waitedNanos) {
        quietly(() -> log.debug("had lock '{}' after a wait of {} ns", name, waitedNanos));
    }

    void heldTooLong(long heldNanos, long allowedNanos) {
        quietly(() -> log.warn(
                "lock '{}' was held for at least {}, allowed are {}: do less under it, or split it",
                name,
                Duration.ofNanos(heldNanos),
                Duration.ofNanos(allowedNanos)));
    }

    static void inverted(LockOrderException inversion) {
        quietly(() -> log.warn("two locks are taken in opposite orders", inversion));
    }

    private static void quietly(Runnable line) {
        try {
            line.run();
        } catch (Throwable e) { // A user's appender: whatever it throws, the lock's user is not its caller.
            return;
        }
    }
}
