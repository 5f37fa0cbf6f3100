// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import io.github.esclusa.core.thread.StuckThread;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a shutdown of {@link Timers} has come to.
 *
 * @param name the name of the timers
 * @param balance where every timer is; settled if {@code terminated}
 * @param returned the timers handed back: pending at close, and periodic ones whose last run ended after it
 * @param stuckThreads the threads that had not come back at the deadline, and where they were: those of the callbacks settled as
 *     unknown, and the timing thread if the executor held it
 * @param terminated whether all has ended and the meters are gone, but for the callbacks settled as unknown, which may
 *     still run; {@code false} where shutdown was called from inside a callback, and so did not wait, or where the meter
 *     registry would not let go of the meters by the deadline
 * @param cause the error of the timers' own for which they have closed themselves, such as a clock that throws; {@code null} if
 *     they have not
 */
public record TimersReport(
        String name,
        TimerBalance balance,
        List<Timer> returned,
        List<StuckThread> stuckThreads,
        boolean terminated,
        @Nullable Throwable cause) {

    /** So many stuck threads are named in a line of text. */
    private static final int NAMED = 10;

    /**
     * Copies the lists.
     *
     * @param name the name of the timers
     * @param balance where every timer is
     * @param returned the timers handed back: pending at close, and periodic ones whose last run ended after it
     * @param stuckThreads the threads that had not come back at the deadline
     * @param terminated whether all has ended and the meters are gone
     * @param cause why the timers have closed themselves; {@code null} if they have not
     */
    public TimersReport {
        returned = List.copyOf(returned);
        stuckThreads = List.copyOf(stuckThreads);
    }

    /**
     * Whether every timer is accounted for once.
     *
     * @return {@code true} if the balance adds up
     */
    public boolean balanced() {
        return balance.balanced();
    }

    /** Which threads are stuck and where, in the length that a line of text may have. */
    String stuckInWords() {
        int more = stuckThreads.size() - NAMED;
        return stuckThreads.stream().limit(NAMED).map(StuckThread::toString).collect(Collectors.joining(", "))
                + (more > 0 ? ", and " + more + " more" : "");
    }

    /** One line: the balance in numbers, and where threads are stuck. Of the timers handed back it says how many they are. */
    @Override
    public String toString() {
        return "TimersReport(" + name + ": " + balance + ", " + returned.size() + " handed back"
                + (terminated ? ", terminated" : ", NOT TERMINATED")
                + (stuckThreads.isEmpty() ? "" : ", stuck [" + stuckInWords() + "]")
                + (cause == null ? "" : ", FAILED of " + cause.getClass().getName()) + ")";
    }
}
