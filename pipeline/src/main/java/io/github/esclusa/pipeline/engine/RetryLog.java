// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Reading;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Says that user code failed and is tried again, as a {@link FailureLog} does, and after each such line once that it succeeds
 * again. Only what has failed before asks, so that what goes well costs nothing. Its figures are those of the one message, or
 * batch, that is through, and how many failures, of others too, were left out of the log before.
 */
final class RetryLog {

    private static final SafeLog log = SafeLog.of(RetryLog.class);

    private final String who;
    private final Clock clock;

    private final FailureLog failures;

    /** Whether a failure has been logged since it was last said that all is well. */
    private final AtomicBoolean owed = new AtomicBoolean();

    /**
     * A log for one piece of user code.
     *
     * @param who whose it is, for the log line
     * @param clock tells when the next line may come, and how long the failures lasted
     */
    RetryLog(String who, Clock clock) {
        this.who = who;
        this.clock = clock;
        this.failures =
                new FailureLog(LoggerFactory.getLogger(RetryLog.class), who + " failed, and is tried again", clock);
    }

    /** It is about to be tried again: before another worker may have the work and be through with it. */
    void triesAgain(Throwable cause) {
        if (failures.warn(cause)) {
            owed.set(true);
        }
    }

    /** It has succeeded on work that had failed. */
    void isThrough(Work work) {
        if (owed.get() && owed.getAndSet(false)) {
            long nanos = Reading.since(work.failingSinceNanos, clock);
            if (nanos != Reading.NONE && log.isInfoEnabled()) {
                log.info(
                        "{} succeeds again (failed attempts: {}, in {} ms; failures in all since the last line: {})",
                        who,
                        work.attempts,
                        TimeUnit.NANOSECONDS.toMillis(nanos),
                        failures.takeLeftOut()); // told here: a later line would read as if it failed still
            }
        }
    }

    /** Nothing more is tried again: tells of what has been left out, as {@link FailureLog#end} does. */
    void end() {
        long leftOut = failures.takeLeftOut();
        if (leftOut > 0) {
            log.warn("{} failed, and was to be tried again, {} times more since the last such line", who, leftOut);
        }
    }
}
