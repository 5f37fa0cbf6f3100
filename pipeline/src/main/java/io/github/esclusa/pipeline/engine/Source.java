// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a segment takes its messages from: the inlets, or the segment before it. */
interface Source {

    /** How many messages are queued: never misses one whose bell has been rung. */
    int size();

    /** Whether a message is queued that came in through an inlet, at some moment during the call. */
    boolean holdsOf(InletCore inlet);

    /** Takes the next messages, so many at the most, and adds them to a list that has room for them without growing. */
    void pollInto(List<Envelope> into, int most);

    /** When the oldest queued message came in; {@code null} if there is none. */
    @Nullable
    Long oldestNanos();

    /** Gives out nothing more, and refuses what comes later. Needs no memory; further calls do nothing. */
    void abort();

    /** What is left after {@link #abort}, one list for each queue. */
    List<List<Envelope>> left();
}
