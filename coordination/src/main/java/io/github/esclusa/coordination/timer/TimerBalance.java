// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

/**
 * Where every timer ever scheduled is: a snapshot taken at one moment, so it balances at any time.
 *
 * <p>It counts timers, not runs: a periodic timer is one timer, however often it has run. Timers that were refused are
 * not in it: they stayed with their callers.
 *
 * @param scheduled timers accepted, in all
 * @param pending of these, timers waiting for their moment or for the executor
 * @param running of these, timers whose callback is running
 * @param fired of these, one-shot timers whose callback has returned or thrown; the meter {@code esclusa.timer.fired} counts runs,
 *     those of periodic timers too
 * @param cancelled of these, timers that were cancelled
 * @param rejected of these, one-shot timers whose callback the executor refused
 * @param returned of these, timers handed back because the timers were closed before they ran, or ran again
 * @param unknown of these, timers whose callback had not come back when shutdown's deadline expired
 */
public record TimerBalance(
        long scheduled,
        long pending,
        long running,
        long fired,
        long cancelled,
        long rejected,
        long returned,
        long unknown) {

    /**
     * Whether every timer is accounted for once.
     *
     * @return {@code true} if the other counts add up to {@code scheduled}
     */
    public boolean balanced() {
        return scheduled == pending + running + fired + cancelled + rejected + returned + unknown;
    }

    /**
     * Whether nothing is left to be settled.
     *
     * @return {@code true} if no timer is pending and no callback running
     */
    public boolean isSettled() {
        return pending == 0 && running == 0;
    }
}
