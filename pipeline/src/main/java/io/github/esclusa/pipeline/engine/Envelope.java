// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.buffer.Admissible;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.report.Outcome;

/**
 * An accepted message on its way through the pipeline. It always has one owner: the queue it stands in or the hand it
 * lies in, and passes from one to the other under the owner's lock, which guards its mutable fields; those that only a
 * worker writes on what it holds ({@link #value}, and {@link #queuedNanos} as it passes it on) it writes without.
 */
final class Envelope implements Admissible {

    final InletCore inlet;
    final Object input;
    final long weight;

    /** When it was admitted, if it was picked as a sample; else zero. */
    long sampledNanos;

    /** What the stages so far have made of the input. */
    Object value;

    /** When it entered the queue of the segment it is in; kept only where a batch lingers for it. */
    long queuedNanos;

    /** When somebody first looked at the queue and found it the oldest, or zero. Guarded by the inlet's buffer. */
    long headNanos;

    /** Where it lies in the hand that holds it. */
    int place;

    /** Whether user code has failed on it and may have applied it all the same; until the stage has succeeded. */
    boolean inDoubt;

    Envelope(InletCore inlet, Object input, long weight, long sampledNanos) {
        this.inlet = inlet;
        this.input = input;
        this.weight = weight;
        this.sampledNanos = sampledNanos;
        this.value = input;
    }

    /** How it is settled where it would be in this way: what is in doubt is not returned but unknown. */
    Outcome settledAs(Outcome outcome) {
        return inDoubt && outcome == Outcome.RETURNED ? Outcome.UNKNOWN : outcome;
    }

    /** If nobody knows when, it is no sample any more, and a batch lingers for it as if it had come in at once. */
    @Override
    public void admittedLate(long nowNanos) {
        if (nowNanos == Reading.NONE) {
            sampledNanos = 0;
            return;
        }
        if (sampledNanos != 0) {
            sampledNanos = nonZero(nowNanos);
        }
        queuedNanos = nowNanos;
    }

    /** Called under the inlet's lock. */
    void firstSeenAsHead(long nowNanos) {
        if (headNanos == 0) {
            headNanos = nonZero(nowNanos);
        }
    }

    /** Zero means "not stamped". */
    static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }

    @Override
    public long weight() {
        return weight;
    }
}
