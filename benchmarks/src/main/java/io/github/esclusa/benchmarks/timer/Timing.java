// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.timer;

import java.time.Duration;

/** Runs tasks later, on one thread of its own. */
interface Timing {

    /** How long until a time-out that does not come. */
    Duration LONG = Duration.ofSeconds(30);

    /** How long until what is to fire does. */
    Duration SHORT = Duration.ofMillis(1);

    /** Schedules a time-out; the result is for {@link #cancel}. */
    Object timeOut();

    void cancel(Object timeOut);

    /** Schedules what is to fire. */
    void fire();

    void close() throws Exception;
}
