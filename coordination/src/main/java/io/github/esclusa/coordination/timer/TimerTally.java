// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

/** The counts of one {@link TimerLedger}: plain fields, guarded by its lock. */
final class TimerTally {

    /** Timers accepted. */
    long scheduled;

    /** Timers refused because too many were pending. */
    long refused;

    /** Callbacks begun. */
    long runs;

    /** Callbacks that threw. */
    long failedRuns;

    /** Runs the executor refused. */
    long rejectedRuns;

    /** Points of fixed rates that came while the run before was waiting or under way. */
    long overruns;

    long fired;
    long cancelled;
    long rejected;
    long returned;
    long unknown;

    void settled(TimerState state) {
        switch (state) {
            case FIRED -> fired++;
            case CANCELLED -> cancelled++;
            case REJECTED -> rejected++;
            case RETURNED -> returned++;
            case UNKNOWN -> unknown++;
            case SCHEDULED, DUE, RUNNING -> throw new IllegalArgumentException("not a settled state: " + state);
        }
    }

    TimerBalance balance(long pending, long running) {
        return new TimerBalance(scheduled, pending, running, fired, cancelled, rejected, returned, unknown);
    }
}
