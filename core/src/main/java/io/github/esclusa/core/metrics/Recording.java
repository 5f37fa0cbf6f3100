// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records on the meters of one component. They may be absent and they may throw: the work goes on either way.
 *
 * <p>Meters, filters and registries are foreign code. Whatever the first of them throws, an {@code Error} included, is
 * logged once, as a warning that names the component; from then on nothing more is recorded for it. Meters that read
 * their value from the component, gauges above all, are not stopped.
 *
 * <p>Any number of threads may record at the same time. Call it with no lock held that the work needs.
 */
public final class Recording {

    private static final Logger log = LoggerFactory.getLogger(Recording.class);

    private final String kind;
    private final String name;

    /** Whether a meter or the registry has thrown. Set once, by the thread that then warns. */
    private final AtomicBoolean broken = new AtomicBoolean();

    Recording(String kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /**
     * Whether recording on this meter leads anywhere, so that a caller can spare itself what it would measure.
     *
     * @param meter the meter; {@code null} if it could not be registered
     * @return {@code false} without a meter, and once one of the component's has thrown
     */
    public boolean reaches(@Nullable Meter meter) {
        return meter != null && !isBroken();
    }

    /**
     * Records a duration.
     *
     * @param timer the timer; {@code null} to record nothing
     * @param nanos the duration in nanoseconds; a negative one, which a clock may produce, counts as zero
     */
    public void time(@Nullable Timer timer, long nanos) {
        if (timer == null || isBroken()) {
            return;
        }
        try {
            timer.record(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (Throwable e) {
            failed("recording", e);
        }
    }

    /**
     * Adds to a counter.
     *
     * @param counter the counter; {@code null} to record nothing
     * @param amount what to add
     */
    public void count(@Nullable Counter counter, double amount) {
        if (counter == null || isBroken()) {
            return;
        }
        try {
            counter.increment(amount);
        } catch (Throwable e) {
            failed("recording", e);
        }
    }

    /**
     * Records an amount.
     *
     * @param summary the summary; {@code null} to record nothing
     * @param amount the amount, in the summary's unit
     */
    public void record(@Nullable DistributionSummary summary, double amount) {
        if (summary == null || isBroken()) {
            return;
        }
        try {
            summary.record(amount);
        } catch (Throwable e) {
            failed("recording", e);
        }
    }

    boolean isBroken() {
        return broken.get();
    }

    /** Leaves the component's meters alone from now on, and says so if nobody has before. */
    void failed(String attempt, Throwable thrown) {
        if (!broken.compareAndSet(false, true)) {
            return;
        }
        try {
            log.warn(
                    "{} failed for {} '{}', which works on; its meters are left alone, and this is not reported again",
                    attempt,
                    kind,
                    name,
                    thrown);
        } catch (Throwable e) {
            return; // The logger fails too, or the exception cannot be printed: nobody is left to tell.
        }
    }
}
