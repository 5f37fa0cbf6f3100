// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the database takes what it is given: the last answer counts. Says in the log when that changes, but one outage
 * in ten seconds at most: a database that takes one batch in two must not fill the log as well.
 */
final class Outage {

    private static final Logger log = LoggerFactory.getLogger(Outage.class);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String store;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock();

    /** Why the last write failed; {@code null} if it did not. Written under the lock, read without it as well. */
    private volatile @Nullable String reason;

    @GuardedBy("lock")
    private long failures;

    @GuardedBy("lock")
    private long beganNanos;

    @GuardedBy("lock")
    private boolean told;

    @GuardedBy("lock")
    private boolean toldBefore;

    @GuardedBy("lock")
    private long toldNanos;

    Outage(String store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Nullable
    String reason() {
        return reason;
    }

    /** The database has not taken something, and not because of the data. */
    void failed(String why) {
        boolean tell = false;
        lock.lock();
        try {
            if (reason == null) {
                long now = clock.nanoTime();
                failures = 0;
                beganNanos = now;
                told = !toldBefore || now - toldNanos >= QUIET_NANOS;
                tell = told;
                if (tell) {
                    toldBefore = true;
                    toldNanos = now;
                }
            }
            reason = why;
            failures++;
        } finally {
            lock.unlock();
        }
        if (tell) {
            log.warn("store '{}': {}. It is tried again until it works; what has been accepted waits", store, why);
        }
    }

    /** The database has taken something. */
    void worked() {
        if (reason == null) { // the usual case costs no lock; a failure of this moment is the next success's to end
            return;
        }
        long attempts;
        Duration lasted;
        lock.lock();
        try {
            attempts = reason == null || !told ? 0 : failures;
            lasted = Duration.ofNanos(clock.nanoTime() - beganNanos);
            reason = null;
        } finally {
            lock.unlock();
        }
        if (attempts > 0) {
            log.info("store '{}' writes again, after {} failed attempts in {} ms", store, attempts, lasted.toMillis());
        }
    }
}
