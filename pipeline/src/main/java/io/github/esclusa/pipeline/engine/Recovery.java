// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides what follows a failure: asks the policy, and Resilience4j for the interval; does nothing itself. */
sealed interface Recovery {

    /** Try again. */
    record Retry(long delayNanos) implements Recovery {}

    /** Halve the batch. */
    record Bisect() implements Recovery {}

    /** Give up. */
    record End() implements Recovery {}

    /** What follows when a stage has failed. {@code attempts} counts the one that just failed. */
    static Recovery afterStage(
            ErrorPolicy<Object> policy, Throwable thrown, int items, int attempts, FailureLog policyThrew) {
        if (isDataError(policy, thrown, policyThrew)) {
            return items > 1 ? new Bisect() : new End();
        }
        return retryOrEnd(policy.retryConfig(), thrown, attempts, policyThrew);
    }

    /** What follows when a dead-letter handler has failed. */
    static Recovery afterDeadLetter(
            ErrorPolicy<Object> policy, Throwable thrown, int attempts, FailureLog policyThrew) {
        return retryOrEnd(policy.deadLetterRetryConfig(), thrown, attempts, policyThrew);
    }

    private static boolean isDataError(ErrorPolicy<Object> policy, Throwable thrown, FailureLog policyThrew) {
        var predicate = policy.dataErrors();
        if (predicate == null) {
            return false;
        }
        try {
            return predicate.test(thrown);
        } catch (Throwable e) {
            policyThrew.warn(e);
            return false; // the failure counts as the target's
        }
    }

    /** Whether a stage or a dead-letter handler may have applied what it failed on. */
    static boolean isInDoubt(ErrorPolicy<Object> policy, Throwable thrown, FailureLog policyThrew) {
        var predicate = policy.doubts();
        if (predicate == null) {
            return false;
        }
        try {
            return predicate.test(thrown);
        } catch (Throwable e) {
            policyThrew.warn(e);
            return true; // nobody can say that it has not
        }
    }

    private static Recovery retryOrEnd(
            @Nullable RetryConfig config, Throwable thrown, int attempts, FailureLog policyThrew) {
        if (config == null || attempts >= config.getMaxAttempts()) {
            return new End();
        }
        try {
            if (!config.getExceptionPredicate().test(thrown)) {
                return new End();
            }
            Long millis = config.getIntervalBiFunction().apply(attempts, Either.left(thrown));
            // Cut to what a clock can hold: a due time past the wrap would sort before all others and hide them.
            return new Retry(Deadline.nanosOf(Duration.ofMillis(millis)));
        } catch (Throwable e) {
            policyThrew.warn(e);
            return new End();
        }
    }
}
