// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One message with the oracle's own tallies of what happened to it, written by whoever saw it happen. */
final class Message {

    /** What the user code does to a message, decided before the run. */
    enum Fate {
        GOOD,
        FILTERED,
        FAILS,
        FAILS_AT_FIRST,
        FAILS_TWICE,
        ERROR,
        POISON,
        SLOW,
        BLOCKS,
        BLOCKS_DEAF
    }

    final int producer;
    final int sequence;
    final Fate fate;

    /** What whoever hears of this one first submits in turn, without waiting; null for nothing. */
    final @Nullable Message echo;

    final AtomicBoolean echoed = new AtomicBoolean();

    /** The producer's answer; null while it has none. */
    final AtomicReference<@Nullable Admission> answer = new AtomicReference<>();

    final AtomicInteger answers = new AtomicInteger();
    final AtomicInteger seenByStages = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger applied = new AtomicInteger();
    final AtomicInteger deadLettered = new AtomicInteger();
    final Queue<Outcome> heard = new ConcurrentLinkedQueue<>();

    Message(int producer, int sequence, Fate fate, @Nullable Message echo) {
        this.echo = echo;
        this.producer = producer;
        this.sequence = sequence;
        this.fate = fate;
    }

    int weight() {
        return 1 + sequence % 3;
    }

    /** Whether nobody but a listener or a callback submitted it. */
    boolean isEcho() {
        return producer < 0;
    }

    void answered(Admission admission) {
        answer.set(admission);
        answers.incrementAndGet();
    }

    boolean accepted() {
        return answer.get() == Admission.ACCEPTED;
    }

    @Override
    public String toString() {
        return "message " + producer + "/" + sequence + " " + fate + ": answer " + answer + " (" + answers + "), seen "
                + seenByStages + ", failures " + failures + ", applied " + applied + ", dead-lettered " + deadLettered
                + ", heard " + heard;
    }
}
