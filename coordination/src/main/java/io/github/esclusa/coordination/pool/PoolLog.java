// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool's log lines. A logger that throws, or an exception that cannot be printed, breaks nothing. */
final class PoolLog {

    private static final Logger log = LoggerFactory.getLogger(ResourcePool.class);

    private final String pool;
    private final FailureLog unheard;

    PoolLog(String pool, Clock clock) {
        this.pool = pool;
        this.unheard = new FailureLog(
                log, "pool '" + pool + "': could not create a resource, and no acquire was told of it", clock);
    }

    /** Who holds the resources that somebody is about to wait for. */
    void waits(ResourcePool<?> asked) {
        quietly(() -> {
            if (log.isDebugEnabled()) {
                log.debug("waits for a resource of {}", asked);
            }
        });
    }

    /** Throws nothing for want of memory either: the caller may have been given a lease. */
    void waited(AcquireOutcome outcome, long nanos) {
        try {
            if (log.isDebugEnabled()) {
                log.debug("waited {} µs for a resource of pool '{}': {}", nanos / 1_000, pool, outcome.tag());
            }
        } catch (Throwable e) {
            return; // There is nowhere left to say it.
        }
    }

    /** As {@link #waited}. */
    void broken(Throwable cause) {
        try {
            log.error("pool '{}': a job was not brought to its end in order", pool, cause);
        } catch (Throwable e) {
            return; // There is nowhere left to say it.
        }
    }

    void creationFailed(Throwable cause) {
        quietly(() -> log.debug("pool '{}': could not create a resource", pool, cause));
    }

    /**
     * One for {@code min} or for a {@code tryAcquire}, or one that whoever waited for it has given up: no acquire ends by this
     * exception, though others may be waiting for creations of their own.
     */
    void creationFailedUnheard(Throwable cause) {
        unheard.warn(cause);
    }

    /** Nothing more is expected. */
    void end() {
        unheard.end();
    }

    void creationRefused(Throwable cause) {
        quietly(() -> log.error("pool '{}': no thread could be had to create a resource", pool, cause));
    }

    void validationRefused(Throwable cause) {
        quietly(() -> log.error(
                "pool '{}': no thread could be had to validate a resource, which is destroyed instead", pool, cause));
    }

    void destructionRefused(DestroyReason reason, Throwable cause) {
        quietly(() -> log.error(
                "pool '{}': no thread could be had to destroy a resource ({}), the present one does it",
                pool,
                reason.tag(),
                cause));
    }

    void validationThrew(Throwable cause) {
        quietly(() -> log.warn("pool '{}': validation threw, the resource is destroyed", pool, cause));
    }

    void destructionFailed(DestroyReason reason, Throwable cause) {
        quietly(() -> log.warn("pool '{}': destroying a resource ({}) threw", pool, reason.tag(), cause));
    }

    /** As {@link #waited}. */
    void closedWithLeasesOut(ResourcePool<?> closed) {
        try {
            List<PoolReport.HeldLease> out = closed.report().stillLeased();
            if (!out.isEmpty()) {
                log.warn(
                        "pool '{}' was closed with {} of its resources on lease, which are destroyed when they come back;"
                                + " shutdown(timeout) waits for them. Held by {}",
                        pool,
                        out.size(),
                        out);
            }
        } catch (Throwable e) {
            return; // There is nowhere left to say it.
        }
    }

    /** As {@link #waited}. */
    void destructionsNotSeen(ResourcePool<?> closed, Duration limit) {
        try {
            log.warn(
                    "pool '{}' was closed, and not all of it has been destroyed within closeTimeout({}): {}",
                    pool,
                    limit,
                    closed.report().restInWords());
        } catch (Throwable e) {
            return; // There is nowhere left to say it.
        }
    }

    void endNotSeen(Duration limit) {
        quietly(() -> log.warn(
                "pool '{}': closed, but another thread that removes its meters has not come back from the registry "
                        + "within closeTimeout({})",
                pool,
                limit));
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private static void quietly(Runnable line) {
        try {
            line.run();
        } catch (Throwable e) {
            // There is nowhere left to say it.
        }
    }
}
