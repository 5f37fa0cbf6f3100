// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.policy;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.report.Outcome;
import io.github.resilience4j.retry.RetryConfig;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a stage does about a failure: immutable, read from left to right.
 *
 * <pre>{@code
 * stage.onError(e -> e.retry(config).bisect(Store::isDataError).deadLetter(letters::write))
 * }</pre>
 *
 * <p>A failure that {@link #bisect} calls the data's own is not retried: a batch is halved until the bad message is
 * alone. Any other failure is retried, if there is a {@link #retry}. What is left goes the way of the last word:
 * {@link #skip} (the default), {@link #deadLetter} or {@link #stop}.
 *
 * <p>An {@link Error} that the stage's code throws, an {@link OutOfMemoryError} or {@link StackOverflowError} too, is a
 * failure like any other: it goes this way, and by itself stops neither the worker nor the pipeline. One that strikes the
 * library's own code on a worker fails the pipeline. A process that is to end when its memory does, is started with
 * {@code -XX:+ExitOnOutOfMemoryError}.
 *
 * @param <I> the type of message the stage takes
 */
public final class ErrorPolicy<I> {

    /** The last word on a message. */
    public enum End {
        /** Settle the message as failed and go on. */
        SKIP,
        /** Hand the message to the dead-letter handler. */
        DEAD_LETTER,
        /** Settle the message as failed and stop the pipeline. */
        STOP
    }

    /** What errors begin with. */
    private final String where;

    private final @Nullable RetryConfig retry;
    private final @Nullable Predicate<? super Throwable> doubt;
    private final @Nullable Predicate<? super Throwable> dataError;
    private final @Nullable End end;
    private final @Nullable DeadLetterHandler<? super I> handler;
    private final @Nullable RetryConfig handlerRetry;

    private ErrorPolicy(
            String where,
            @Nullable RetryConfig retry,
            @Nullable Predicate<? super Throwable> doubt,
            @Nullable Predicate<? super Throwable> dataError,
            @Nullable End end,
            @Nullable DeadLetterHandler<? super I> handler,
            @Nullable RetryConfig handlerRetry) {
        this.where = where;
        this.retry = retry;
        this.doubt = doubt;
        this.dataError = dataError;
        this.end = end;
        this.handler = handler;
        this.handlerRetry = handlerRetry;
    }

    /**
     * The policy of a stage that was given none: no retry, skip.
     *
     * @param <I> the type of message the stage takes
     * @return the policy
     */
    public static <I> ErrorPolicy<I> standard() {
        return new ErrorPolicy<>("", null, null, null, null, null, null);
    }

    /**
     * The same, for a stage whose name stands in what is thrown where the policy is not well-formed.
     *
     * @param <I> the type of message the stage takes
     * @param stage the stage, and its pipeline
     * @return the policy
     */
    public static <I> ErrorPolicy<I> standardOf(String stage) {
        return new ErrorPolicy<>(stage + ": ", null, null, null, null, null, null);
    }

    /**
     * Try again, as a Resilience4j configuration says: its exception predicates, its interval function and its number
     * of attempts (the first one included) are honoured; results are not looked at. The message waits outside the
     * worker, its credit held. A stage with one worker waits with it, so that order is kept; a stage with several goes
     * on with other messages, in turn with those that are due again.
     *
     * <p>Attempts are bounded by {@link RetryConfig#getMaxAttempts}, which is 3 unless set; then follows the end of this
     * policy. Where errors of the target are to wait until they pass, set a large {@code maxAttempts}: a shutdown ends
     * the waiting.
     *
     * <p>That the stage fails and is tried again is logged, one line in ten seconds, and after that that it succeeds again.
     *
     * @param config when and how often
     * @return a policy that retries
     * @throws IllegalStateException if this has a retry already, or an end
     */
    public ErrorPolicy<I> retry(RetryConfig config) {
        requireOpen("retry", retry);
        return new ErrorPolicy<>(where, given(config, "config of retry"), doubt, dataError, null, null, null);
    }

    /**
     * Take a failure's word that the message, or batch, may have been applied all the same: a COMMIT whose answer was lost,
     * a request that timed out. Where such a message would be {@link Outcome#RETURNED} later on, because the pipeline ends
     * before it could be tried again to the end, it is {@link Outcome#UNKNOWN} instead: also if a later attempt failed
     * without applying it, until the stage has succeeded. Nothing else changes. Of the dead-letter handler's failures the
     * same is asked, and of each cause that a {@link BatchFailure} gives; if that names messages outside its batch, any
     * cause puts all in doubt. Without this, what fails counts as not applied.
     *
     * @param mayBeApplied tells failures after which nobody knows; if it throws, nobody knows either
     * @return a policy that doubts
     * @throws IllegalStateException if this doubts already, or has an end
     */
    public ErrorPolicy<I> inDoubt(Predicate<? super Throwable> mayBeApplied) {
        requireOpen("inDoubt", doubt);
        return new ErrorPolicy<>(
                where, retry, given(mayBeApplied, "predicate of inDoubt"), dataError, null, null, null);
    }

    /**
     * Halve a batch that fails because of its data, until the bad message is found; it alone meets the policy's end.
     *
     * @param isDataError tells failures that the data causes from those of the target (gone, busy)
     * @return a policy that bisects
     * @throws IllegalStateException if this bisects already, or has an end
     */
    public ErrorPolicy<I> bisect(Predicate<? super Throwable> isDataError) {
        requireOpen("bisect", dataError);
        return new ErrorPolicy<>(where, retry, doubt, given(isDataError, "predicate of bisect"), null, null, null);
    }

    /**
     * Settle the message as failed, log it (one line in ten seconds for each stage), and go on.
     *
     * @return a policy that skips in the end
     */
    public ErrorPolicy<I> skip() {
        return ending(End.SKIP, null, null);
    }

    /**
     * Hand the message to a handler; if that throws, settle it as failed. A message that the handler has taken is not logged.
     *
     * @param deadLetters the handler
     * @return a policy that dead-letters in the end
     */
    public ErrorPolicy<I> deadLetter(DeadLetterHandler<? super I> deadLetters) {
        return ending(End.DEAD_LETTER, given(deadLetters, "handler of deadLetter"), null);
    }

    /**
     * Hand the message to a handler; if that throws, call it again as a Resilience4j configuration says, and settle the
     * message as failed only when that is exhausted.
     *
     * @param deadLetters the handler
     * @param config when and how often the handler is tried
     * @return a policy that dead-letters in the end
     */
    public ErrorPolicy<I> deadLetter(DeadLetterHandler<? super I> deadLetters, RetryConfig config) {
        return ending(
                End.DEAD_LETTER,
                given(deadLetters, "handler of deadLetter"),
                given(config, "retry config of deadLetter"));
    }

    /**
     * Settle the message as failed and stop the pipeline: nothing more is admitted, what is queued is returned, what
     * is running may finish.
     *
     * @return a policy that stops in the end
     */
    public ErrorPolicy<I> stop() {
        return ending(End.STOP, null, null);
    }

    /**
     * The last word.
     *
     * @return what happens to a message in the end
     */
    public End end() {
        return end == null ? End.SKIP : end;
    }

    /**
     * When and how often to try again.
     *
     * @return the configuration; {@code null} for no retry
     */
    public @Nullable RetryConfig retryConfig() {
        return retry;
    }

    /**
     * After which failures a message may have been applied.
     *
     * @return the predicate; {@code null} where what fails counts as not applied
     */
    public @Nullable Predicate<? super Throwable> doubts() {
        return doubt;
    }

    /**
     * Which failures are the data's own.
     *
     * @return the predicate; {@code null} where batches are not bisected
     */
    public @Nullable Predicate<? super Throwable> dataErrors() {
        return dataError;
    }

    /**
     * Who takes what the stage gave up on.
     *
     * @return the handler; {@code null} unless {@link #end} is {@link End#DEAD_LETTER}
     */
    public @Nullable DeadLetterHandler<? super I> deadLetterHandler() {
        return handler;
    }

    /**
     * When and how often to call a failing dead-letter handler again.
     *
     * @return the configuration; {@code null} for no retry
     */
    public @Nullable RetryConfig deadLetterRetryConfig() {
        return handlerRetry;
    }

    private <X> X given(@Nullable X it, String what) {
        return requireNonNull(it, () -> where + "the " + what + " is null");
    }

    private void requireOpen(String word, @Nullable Object given) {
        if (end != null) {
            throw new IllegalStateException(
                    where + "an error policy is read from left to right: " + word + " came after its end, " + end);
        }
        if (given != null) {
            throw new IllegalStateException(where + "an error policy has one " + word + ": it was given two");
        }
    }

    private ErrorPolicy<I> ending(
            End last, @Nullable DeadLetterHandler<? super I> deadLetters, @Nullable RetryConfig deadLetterRetry) {
        if (end != null) {
            throw new IllegalStateException(
                    where + "an error policy ends in one way: it was given " + end + " and then " + last);
        }
        return new ErrorPolicy<>(where, retry, doubt, dataError, last, deadLetters, deadLetterRetry);
    }
}
