// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import java.util.concurrent.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The hand-off of the courses, a slot between two locks, whose taker reads the message after it has let the giver go on: it
 * may get the next message. No part of the library; the course's page on the hand-off shows it by construction, and this by
 * luck. {@link BufferHandOffStress} is about what stands in its place.
 */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "each message once")
@Outcome(id = "2, 2", expect = ACCEPTABLE_INTERESTING, desc = "the first is lost, the second came twice")
@State
public class HandOffByHandStress {

    private final Semaphore empty = new Semaphore(1);
    private final Semaphore full = new Semaphore(0);

    private int message;

    /** Made by the harness. */
    public HandOffByHandStress() {}

    /** Gives two messages. */
    @Actor
    public void giver() {
        put(1);
        put(2);
    }

    /**
     * Takes two.
     *
     * @param result what it got
     */
    @Actor
    public void taker(II_Result result) {
        result.r1 = take();
        result.r2 = take();
    }

    private void put(int next) {
        empty.acquireUninterruptibly();
        message = next;
        full.release();
    }

    private int take() {
        full.acquireUninterruptibly();
        empty.release();
        return message; // too late: the giver may have written already
    }
}
