// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

import static io.github.esclusa.core.waiting.Given.given;

import io.github.esclusa.core.thread.StuckThread;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The balance of a pipeline that has terminated: exact, and final. Immutable, but for the messages in it.
 *
 * <p>What stages and sink did about the messages that it counts happens-before the return of the call that gave it out, and
 * so does what the listener did, but for what other threads had still to tell it when the time of a shutdown was up. Of code
 * that still works on a message that is unknown, nothing is promised.
 *
 * @param <T> the type of message the pipeline takes in
 */
public final class DrainReport<T> {

    private final String pipeline;
    private final long accepted;
    private final Map<Outcome, Long> settled;
    private final List<T> returned;
    private final List<T> unknown;
    private final List<StuckThread> stuckThreads;
    private final @Nullable Throwable cause;

    /**
     * Puts a report together.
     *
     * @param pipeline the pipeline's name
     * @param accepted how many messages were accepted
     * @param settled how many of them were settled, for each outcome; an absent one counts zero
     * @param returned the messages handed back
     * @param unknown the messages in the hands of user code, or in doubt
     * @param stuckThreads the pipeline's threads still in user code
     * @param cause why the pipeline failed; {@code null} if it did not
     */
    public DrainReport(
            String pipeline,
            long accepted,
            Map<Outcome, Long> settled,
            List<T> returned,
            List<T> unknown,
            List<StuckThread> stuckThreads,
            @Nullable Throwable cause) {
        this.pipeline = pipeline;
        this.accepted = accepted;
        this.settled = new EnumMap<>(Outcome.class);
        this.settled.putAll(settled);
        this.returned = List.copyOf(returned);
        this.unknown = List.copyOf(unknown);
        this.stuckThreads = List.copyOf(stuckThreads);
        this.cause = cause;
    }

    /**
     * How many messages were accepted over the pipeline's life.
     *
     * @return the number of messages
     */
    public long accepted() {
        return accepted;
    }

    /**
     * How many of them ended in a given way.
     *
     * @param outcome which way
     * @return the number of messages
     */
    public long count(Outcome outcome) {
        return settled.getOrDefault(given(outcome, "pipeline", pipeline, "outcome given to count"), 0L);
    }

    /**
     * How many of them were delivered.
     *
     * @return the number of messages
     */
    public long delivered() {
        return count(Outcome.DELIVERED);
    }

    /**
     * The messages handed back undelivered, oldest first within a queue. They are the caller's again.
     *
     * @return the messages, as they were submitted
     */
    public List<T> returned() {
        return returned;
    }

    /**
     * The messages that user code held when the time was up, or had failed on in doubt: delivered or not, only the target
     * can tell.
     *
     * @return the messages, as they were submitted
     */
    public List<T> unknown() {
        return unknown;
    }

    /**
     * The pipeline's threads that were still in user code: workers, and one that tells a callback of the close.
     *
     * @return their names, which begin with the pipeline's and the stage's, or with the pipeline's and {@code close}, and
     *     stacks; empty after a shutdown that ended in time
     */
    public List<StuckThread> stuckThreads() {
        return stuckThreads;
    }

    /**
     * Why the pipeline failed.
     *
     * @return what stopped it; empty after an orderly shutdown
     */
    public Optional<Throwable> cause() {
        return Optional.ofNullable(cause);
    }

    /**
     * Whether the pipeline has done everything it had accepted: nothing was returned, and nothing is unknown. Messages
     * that were filtered, failed, went to the dead letters or were dropped count as done. Whether any was lost is another
     * question: {@code complete() && count(Outcome.FAILED) + count(Outcome.DROPPED) == 0} says that none was, where a dead
     * letter is not a loss.
     *
     * @return {@code true} after a drain that ended in time
     */
    public boolean complete() {
        return returned.isEmpty() && unknown.isEmpty();
    }

    /**
     * Whether every accepted message was settled exactly once. A report of messages that came back balances too:
     * {@link #complete} asks for more.
     *
     * @return {@code true} unless messages were lost or counted twice, which would be a bug
     */
    public boolean balanced() {
        return settled.values().stream().mapToLong(Long::longValue).sum() == accepted
                && count(Outcome.RETURNED) == returned.size()
                && count(Outcome.UNKNOWN) == unknown.size();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("DrainReport(" + pipeline + ": accepted " + accepted);
        for (Outcome outcome : Outcome.values()) {
            text.append(", ").append(outcome.tag()).append(' ').append(count(outcome));
        }
        text.append(balanced() ? ", balanced" : ", NOT BALANCED");
        if (!stuckThreads.isEmpty()) {
            text.append(", stuck ").append(stuckThreads);
        }
        if (cause != null) {
            text.append(", failed by ").append(cause);
        }
        return text.append(')').toString();
    }
}
