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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a lock, and all their names. Each meter carries the tags {@code name} and {@code mode}.
 *
 * <p>Nothing here is called while the lock is held, and nothing here throws: a registry or a meter that fails is reported
 * once and then left alone. The lock's log lines are written from here too, so that meter and line agree.
 */
public final class LockMetrics {

    /** What the names of all meters of a lock start with. */
    public static final String PREFIX = "esclusa.lock";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Counter: how often the lock was taken; a re-entrant acquire is none, a return from {@code await} neither. */
    public static final String ACQUISITIONS = PREFIX + ".acquisitions";

    /** Counter: how often a thread found the lock taken and went to wait for it. */
    public static final String CONTENDED = PREFIX + ".contended";

    /** Counter: how often the time of a timed acquire ran out; one that is interrupted is none of these. */
    public static final String TIMEOUT = PREFIX + ".timeout";

    /** Counter: holds seen to last longer than the configured threshold; a lower bound, as {@link #HELD} is. */
    public static final String LONG_HOLD = PREFIX + ".long.hold";

    /** Timer: how long those waited that had to wait, whether they then got the lock or not. */
    public static final String WAIT = PREFIX + ".wait";

    /** Timer: how long the lock was held without the time in {@code await}; of one hold in 64, picked at random. */
    public static final String HOLD = PREFIX + ".hold";

    /** Gauge: threads that wait for the lock. */
    public static final String QUEUED = PREFIX + ".queued";

    /** Time gauge: how long the thread that waits longest has waited so far. */
    public static final String WAIT_OLDEST = PREFIX + ".wait.oldest";

    /**
     * Time gauge: how long the lock has been held without a break. A lower bound: counted from the first waiter, from a
     * sampled acquire, or from the first look at this gauge.
     */
    public static final String HELD = PREFIX + ".held";

    /** Key of the tag that says which side of a lock a meter describes. */
    public static final String MODE_TAG = "mode";

    /** Value of {@link #MODE_TAG} for a lock that one thread holds at a time. */
    public static final String EXCLUSIVE = "exclusive";

    private final long longHoldNanos;
    private final LockLog log;
    private final OwnedLock lock;
    private final LockWatch watch;
    private final MeterScope scope;
    private final @Nullable Timer waitTimer;
    private final @Nullable Timer holdTimer;

    private final LongAdder longHolds = new LongAdder();

    /** From here on the lock is unwatched: no meter and no log line. */
    private volatile boolean closed;

    LockMetrics(String name, long longHoldNanos, OwnedLock lock, LockWatch watch, @Nullable MeterRegistry registry) {
        this.longHoldNanos = longHoldNanos;
        this.log = new LockLog(name);
        this.lock = lock;
        this.watch = watch;
        this.scope = MeterScope.open(PREFIX, "lock", name, registry);
        counter(ACQUISITIONS, "times the lock was taken", LockWatch::acquisitions);
        counter(CONTENDED, "times a thread had to wait for the lock", w -> w.contended.sum());
        counter(TIMEOUT, "timed acquires whose time ran out", w -> w.timeouts.sum());
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
        if (closed) {
            return;
        }
        log.waits(lock);
    }

    /** A thread has waited and goes without the lock. */
    void gaveUp(long waitedNanos) {
        if (closed) {
            return;
        }
        log.gaveUp(waitedNanos);
        scope.recording().time(waitTimer, waitedNanos);
    }

    /** The lock has been released; the caller no longer holds it. */
    void released(LockWatch.Ended hold) {
        if (closed) {
            return;
        }
        if (hold.waitedNanos() != LockWatch.DID_NOT_WAIT) {
            log.hadWaited(hold.waitedNanos());
            scope.recording().time(waitTimer, hold.waitedNanos());
        }
        if (hold.sampled()) {
            scope.recording().time(holdTimer, hold.heldNanos());
        }
        if (hold.heldNanos() >= longHoldNanos) {
            longHolds.increment();
            log.heldTooLong(hold.heldNanos(), longHoldNanos);
        }
    }

    void close() {
        closed = true;
        scope.close();
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
        return scope.register((meters, tags) -> Buckets.timer(meter)
                .description(description)
                .tags(exclusive(tags))
                .register(meters));
    }

    private static Tags exclusive(Tags tags) {
        return tags.and(MODE_TAG, EXCLUSIVE);
    }
}
