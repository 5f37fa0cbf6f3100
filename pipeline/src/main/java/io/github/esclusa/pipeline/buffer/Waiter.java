// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.report.Admission;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A message in line for room, with whoever waits for it: a blocked thread or a callback. Guarded by the buffer's lock.
 *
 * <pre>
 *   waiting ──room──▶ ACCEPTED
 *      ├────close───▶ CLOSED
 *      └─timeout, interrupt (a thread's only)──▶ out of line, unanswered
 * </pre>
 *
 * <p>The answer is written once, under the lock, by whoever takes the waiter out of line; a waiter that leaves by itself
 * looks for an answer first. So a message is never both admitted and refused.
 *
 * @param <E> the type of message
 */
final class Waiter<E> {

    final E element;
    private final @Nullable Condition answered;
    private final @Nullable Consumer<? super Admission> callback;

    /** When a callback joined the line, if that could be read; a thread keeps its own time. */
    final long sinceNanos;

    /** Who stands before and behind it in {@link Line}. */
    @Nullable
    Waiter<E> previous;

    @Nullable
    Waiter<E> next;

    private @Nullable Admission answer;

    private Waiter(
            E element, @Nullable Condition answered, @Nullable Consumer<? super Admission> callback, long sinceNanos) {
        this.element = element;
        this.answered = answered;
        this.callback = callback;
        this.sinceNanos = sinceNanos;
    }

    static <E> Waiter<E> thread(E element, Condition answered) {
        return new Waiter<>(element, answered, null, 0);
    }

    static <E> Waiter<E> callback(E element, Consumer<? super Admission> callback, long nowNanos) {
        return new Waiter<>(element, null, callback, nowNanos);
    }

    /** Answers, under the lock: a thread wakes, a callback is still to be called, outside the lock. */
    void answer(Admission given) {
        answer = given;
        if (answered != null) {
            answered.signal();
        }
    }

    @Nullable
    Admission answer() {
        return answer;
    }

    /** What a thread waits on; signalled with the answer. */
    Condition answered() {
        return requireNonNull(answered);
    }

    boolean hasCallback() {
        return callback != null;
    }

    /** Calls the callback with the answer; outside the lock. */
    void callBack() {
        requireNonNull(callback).accept(requireNonNull(answer));
    }
}
