// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import io.github.esclusa.core.lock.Guarded;
import io.github.esclusa.core.time.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the database takes what it is given: the last answer counts. Says in the log when that changes, but one outage
 * in ten seconds at most, and later where it lasts: a database that takes one batch in two must not fill the log as well.
 */
final class Outage {

    private static final Logger log = LoggerFactory.getLogger(Outage.class);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String store;
    private final Clock clock;
    private final Guarded<State> state;

    Outage(String store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.state = Guarded.named(store + "-outage", new State(null, 0, 0, false, false, null));
    }

    /** Why the last write failed; {@code null} if it did not. */
    @Nullable
    String reason() {
        return state.get().reason;
    }

    /** The database has not taken something, and not because of the data. */
    void failed(String why) {
        long now = clock.nanoTime();
        State after = state.update(before -> before.failed(why, now));
        if (after.tells) {
            log.warn("store '{}': {}. It is tried again until it works; what has been accepted waits", store, why);
        }
    }

    /** The database has taken something. */
    void worked() {
        State after = state.update(State::worked);
        if (after.tells) {
            log.info(
                    "store '{}' writes again, after {} failed attempts in {} ms",
                    store,
                    after.failures,
                    TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - after.beganNanos));
        }
    }

    /**
     * An answer of the database, and what led to it.
     *
     * @param reason why it has not taken what it was given; {@code null} if it has
     * @param failures how many attempts have failed since it last took something, or had failed when this answer came
     * @param beganNanos when the first of them did
     * @param told whether that has been told of
     * @param tells whether this very answer is to be
     * @param toldNanos when an outage was last told of; {@code null} if none was
     */
    private record State(
            @Nullable String reason,
            long failures,
            long beganNanos,
            boolean told,
            boolean tells,
            @Nullable Long toldNanos) {

        State failed(String why, long now) {
            boolean lasts = reason != null;
            boolean wasTold = lasts && told;
            boolean tellsNow = !wasTold && (toldNanos == null || now - toldNanos >= QUIET_NANOS);
            return new State(
                    why,
                    lasts ? failures + 1 : 1,
                    lasts ? beganNanos : now,
                    wasTold || tellsNow,
                    tellsNow,
                    tellsNow ? Long.valueOf(now) : toldNanos);
        }

        State worked() {
            return new State(null, failures, beganNanos, false, told && reason != null, toldNanos);
        }
    }
}
