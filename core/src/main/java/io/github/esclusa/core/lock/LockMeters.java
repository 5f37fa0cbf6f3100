// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import io.github.esclusa.core.metrics.Buckets;
import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters and log lines of a lock, and all their names. Each meter carries the tags {@code name} and {@code mode}.
 *
 * <p>Nothing here is called while the lock is held, and nothing here throws: a registry or a logger that fails is
 * reported once and then left alone.
 */
public final class LockMeters {

    /** What the names of all meters of a lock start with. */
    public static final String KIND = "esclusa.lock";

    /** Counter: how often the lock was taken; a re-entrant acquire is none, a return from {@code await} neither. */
    public static final String ACQUISITIONS = KIND + ".acquisitions";

    /** Counter: how often a thread found the lock taken and went to wait for it. */
    public static final String CONTENDED = KIND + ".contended";

    /** Counter: how often a timed acquire ended without the lock. */
    public static final String TIMEOUT = KIND + ".timeout";

    /** Counter: holds seen to last longer than the configured threshold; a lower bound, as {@link #HELD} is. */
    public static final String LONG_HOLD = KIND + ".long.hold";

    /** Timer: how long those waited that had to wait, whether they then got the lock or not. */
    public static final String WAIT = KIND + ".wait";

    /** Timer: how long the lock was held without the time in {@code await}; of one hold in 64, picked at random. */
    public static final String HOLD = KIND + ".hold";

    /** Gauge: threads that wait for the lock. */
    public static final String QUEUED = KIND + ".queued";

    /** Time gauge: how long the thread that waits longest has waited so far. */
    public static final String WAIT_OLDEST = KIND + ".wait.oldest";

    /**
     * Time gauge: how long the lock has been held without a break. A lower bound: counted from the first waiter, from a
     * sampled acquire, or from the first look at this gauge.
     */
    public static final String HELD = KIND + ".held";

    /** Key of the tag that says which side of a lock a meter describes. */
    public static final String MODE_TAG = "mode";

    /** Value of {@link #MODE_TAG} for a lock that one thread holds at a time. */
    public static final String EXCLUSIVE = "exclusive";

    private static final Logger log = LoggerFactory.getLogger(LockMeters.class);

    private final String name;
    private final long longHoldNanos;
    private final OwnedLock lock;
    private final LockWatch watch;
    private final MeterScope scope;
    private final @Nullable Timer waitTimer;
    private final @Nullable Timer holdTimer;

    private final LongAdder longHolds = new LongAdder();

    /** Something here has failed; a race to set it costs a second warning, no more. */
    private volatile boolean failed;

    LockMeters(String name, long longHoldNanos, OwnedLock lock, LockWatch watch, @Nullable MeterRegistry registry) {
        this.name = name;
        this.longHoldNanos = longHoldNanos;
        this.lock = lock;
        this.watch = watch;
        this.scope = MeterScope.open(KIND, name, registry);
        counter(ACQUISITIONS, "times the lock was taken", LockWatch::acquisitions);
        counter(CONTENDED, "times a thread had to wait for the lock", w -> w.contended.sum());
        counter(TIMEOUT, "timed acquires that ended without the lock", w -> w.timeouts.sum());
        counter(LONG_HOLD, "holds seen to exceed the threshold", w -> longHolds.sum());
        timeGauge(WAIT_OLDEST, "the longest wait under way", LockWatch::oldestWaitNanos);
        timeGauge(HELD, "how long the lock has been held, at least", LockWatch::heldNanos);
        scope.register((meters, tags) -> Gauge.builder(QUEUED, lock, OwnedLock::getQueueLength)
                .description("threads that wait for the lock")
                .baseUnit("threads")
                .tags(exclusive(tags))
                .strongReference(true)
                .register(meters));
        this.waitTimer = timer(WAIT, "waits for the lock");
        this.holdTimer = timer(HOLD, "how long the lock was held (sampled)");
    }

    /** A thread is about to wait. */
    void waits() {
        guarded(() -> {
            if (log.isDebugEnabled()) {
                log.debug("waits for lock '{}', which '{}' holds", name, lock.ownerName());
            }
        });
    }

    /** A thread has waited and goes without the lock. */
    void gaveUp(long waitedNanos) {
        guarded(() -> {
            log.debug("goes without lock '{}' after {} ns", name, waitedNanos);
            record(waitTimer, waitedNanos);
        });
    }

    /** The lock has been released; the caller no longer holds it. */
    void released(LockWatch.Ended hold) {
        guarded(() -> {
            if (hold.waitedNanos() != LockWatch.DID_NOT_WAIT) {
                log.debug("had lock '{}' after a wait of {} ns", name, hold.waitedNanos());
                record(waitTimer, hold.waitedNanos());
            }
            if (hold.sampled()) {
                record(holdTimer, hold.heldNanos());
            }
            if (hold.heldNanos() >= longHoldNanos) {
                longHolds.increment();
                log.warn(
                        "lock '{}' was held for at least {}, allowed are {}: do less under it, or split it",
                        name,
                        Duration.ofNanos(hold.heldNanos()),
                        Duration.ofNanos(longHoldNanos));
            }
        });
    }

    void close() {
        scope.close();
    }

    private static void record(@Nullable Timer timer, long nanos) {
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void guarded(Runnable recording) {
        try {
            recording.run();
        } catch (Throwable e) { // A user's registry or appender: whatever it throws, the lock's user is not its caller.
            warnOnce(e);
        }
    }

    private void warnOnce(Throwable thrown) {
        if (failed) {
            return;
        }
        failed = true;
        try {
            log.warn("recording failed for lock '{}', which works on; not reported again", name, thrown);
        } catch (Throwable e) {
            thrown.addSuppressed(e); // The logger was what failed: nobody is left to tell.
        }
    }

    private void counter(String meter, String description, ToDoubleFunction<LockWatch> value) {
        scope.register((meters, tags) -> FunctionCounter.builder(meter, watch, value)
                .description(description)
                .tags(exclusive(tags))
                .register(meters));
    }

    private void timeGauge(String meter, String description, ToDoubleFunction<LockWatch> nanos) {
        scope.register((meters, tags) -> TimeGauge.builder(meter, watch, TimeUnit.NANOSECONDS, nanos)
                .description(description)
                .tags(exclusive(tags))
                .strongReference(true)
                .register(meters));
    }

    private @Nullable Timer timer(String meter, String description) {
        return scope.register((meters, tags) -> Timer.builder(meter)
                .description(description)
                .tags(exclusive(tags))
                .serviceLevelObjectives(Buckets.latency())
                .register(meters));
    }

    private static Tags exclusive(Tags tags) {
        return tags.and(MODE_TAG, EXCLUSIVE);
    }
}
