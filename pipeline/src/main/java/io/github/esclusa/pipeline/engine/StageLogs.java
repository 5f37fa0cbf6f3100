// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one stage has to log, each kind at its own rate.
 *
 * @param retried that it fails and is tried again
 * @param handlerRetried the same of the dead-letter handler
 * @param gaveUp messages that its error policy gave up
 * @param policyThrew what the predicates and interval functions of that policy throw
 */
record StageLogs(RetryLog retried, RetryLog handlerRetried, FailureLog gaveUp, FailureLog policyThrew) {

    private static final Logger log = LoggerFactory.getLogger(StageLogs.class);

    static StageLogs of(String pipeline, Step step, Clock clock) {
        String where = "stage '" + step.name() + "' of pipeline '" + pipeline + "'";
        return new StageLogs(
                new RetryLog(where, clock),
                new RetryLog("the dead-letter handler of " + where, clock),
                new FailureLog(log, where + " gave up on a message, " + which(step.policy()), clock),
                new FailureLog(
                        log,
                        where + ": a predicate or interval function of its error policy threw, and counts as saying no",
                        clock));
    }

    private static String which(ErrorPolicy<?> policy) {
        return switch (policy.end()) {
            case SKIP ->
                "which is discarded and counts as failed"
                        + (policy.retryConfig() == null ? " (onError can retry, dead-letter or stop instead)" : "");
            case DEAD_LETTER -> "which counts as failed: its dead-letter handler failed too";
            case STOP -> "which counts as failed and stops the pipeline";
        };
    }

    /** The stage will log nothing more. */
    void end() {
        retried.end();
        handlerRetried.end();
        gaveUp.end();
        policyThrew.end();
    }
}
