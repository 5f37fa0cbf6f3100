// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A re-entrant lock with a name that shows who waits for it, who holds it and for how long, while it happens.
 *
 * <p>It is the JDK's {@link java.util.concurrent.locks.ReentrantLock} in all that concerns locking: order, re-entrancy,
 * interruption, conditions and memory effects (actions before a release happen-before the next acquire). Besides
 * {@link Lock} it offers its own form, which cannot be forgotten to release:
 *
 * <pre>{@code
 * try (Held held = lock.hold()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>Measuring does not create what it measures: an acquire tries first and reads the clock only if it has to wait, one
 * hold in 64 is timed, and everything is recorded after the release. {@code Condition.await} does not count as holding,
 * a re-entrant hold counts once. The meters are those of {@link LockMetrics}; without a registry and without
 * {@link Builder#longHold} nothing is measured at all.
 *
 * <p>{@link #close} ends the watching, not the locking.
 */
public final class InstrumentedLock implements Lock, AutoCloseable {

    private final String name;

    private final OwnedLock lock;
    /** Both or neither: {@code null} when there is nobody to tell. */
    private final @Nullable LockWatch watch;

    private final @Nullable LockMetrics meters;

    private InstrumentedLock(Builder settings) {
        this.name = settings.name;
        this.lock = new OwnedLock(settings.fairness);
        if (settings.registry == null && settings.longHoldNanos == Long.MAX_VALUE) {
            this.watch = null;
            this.meters = null;
        } else {
            this.watch = new LockWatch(lock, settings.clock, settings.sampling);
            this.meters = new LockMetrics(name, settings.longHoldNanos, lock, watch, settings.registry);
        }
    }

    /**
     * Starts the configuration of a lock.
     *
     * @param name what it protects; tags its meters and stands in its messages
     * @return a builder with the defaults: barging, no registry, no threshold for long holds
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Takes the lock for the length of a {@code try} block, waiting without a deadline and regardless of interrupts.
     *
     * @return the hold; close it on this thread
     */
    @MustBeClosed
    public Held hold() {
        lock();
        return held();
    }

    /**
     * Takes the lock for the length of a {@code try} block, waiting until it is free or the thread is interrupted.
     *
     * @return the hold; close it on this thread
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     */
    @MustBeClosed
    public Held holdInterruptibly() throws InterruptedException {
        lockInterruptibly();
        return held();
    }

    /**
     * Takes the lock for the length of a {@code try} block if it comes free in time. Keeps to the order of a fair lock,
     * with a timeout of zero too.
     *
     * @param timeout how long to wait at most, measured on the machine's clock; zero or negative tries once
     * @return the hold, to be closed on this thread; empty if the time ran out
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     */
    public Optional<Held> tryHold(Duration timeout) throws InterruptedException {
        return tryLock(Deadline.nanosOf(timeout), TimeUnit.NANOSECONDS) ? Optional.of(held()) : Optional.empty();
    }

    @Override
    public void lock() {
        if (watch == null || meters == null) {
            lock.lock();
            return;
        }
        LockWatch.Wait wait = null;
        if (!lock.tryNow()) {
            wait = watch.arrive();
            meters.waits();
            lock.lock();
        }
        acquired(watch, wait);
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (watch == null || meters == null) {
            lock.lockInterruptibly();
            return;
        }
        requireNotInterrupted();
        LockWatch.Wait wait = null;
        if (!lock.tryNow()) {
            wait = watch.arrive();
            meters.waits();
            boolean taken = false;
            try {
                lock.lockInterruptibly();
                taken = true;
            } finally {
                if (!taken) {
                    meters.gaveUp(watch.leave(wait));
                }
            }
        }
        acquired(watch, wait);
    }

    /**
     * Takes the lock if nobody holds it at this moment. On a fair lock too this overtakes those that wait, as
     * {@link java.util.concurrent.locks.ReentrantLock#tryLock()} does; {@code tryLock(0, SECONDS)} does not.
     *
     * @return whether the calling thread has the lock
     */
    @Override
    public boolean tryLock() {
        if (!lock.tryLock()) {
            return false;
        }
        if (watch != null) {
            acquired(watch, null);
        }
        return true;
    }

    /**
     * Takes the lock if it comes free in time, in the order of a fair lock.
     *
     * @param time how long to wait at most, measured on the machine's clock; zero or negative tries once
     * @param unit the unit of {@code time}
     * @return whether the calling thread has the lock
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        if (watch == null || meters == null) {
            return lock.tryLock(time, unit);
        }
        requireNotInterrupted();
        if (lock.tryNow()) {
            acquired(watch, null);
            return true;
        }
        if (time <= 0) {
            watch.timeouts.increment();
            return false;
        }
        LockWatch.Wait wait = watch.arrive();
        meters.waits();
        boolean taken = false;
        try {
            taken = lock.tryLock(time, unit);
            if (!taken) {
                watch.timeouts.increment();
            }
        } finally {
            if (!taken) {
                meters.gaveUp(watch.leave(wait));
            }
        }
        if (taken) {
            acquired(watch, wait);
        }
        return taken;
    }

    /**
     * Releases the lock, once for each time it was taken.
     *
     * @throws IllegalMonitorStateException if the calling thread does not hold it
     */
    @Override
    public void unlock() {
        requireHeld("release");
        if (watch == null || meters == null || lock.getHoldCount() > 1) {
            lock.unlock();
            return;
        }
        LockWatch.Ended ended;
        try {
            ended = watch.releasing();
        } finally {
            lock.unlock();
        }
        if (ended != null) {
            meters.released(ended);
        }
    }

    @Override
    public Condition newCondition() {
        Condition condition = lock.newCondition();
        return watch == null ? condition : new WatchedCondition(condition, this, watch);
    }

    /**
     * The name this lock was given.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Whether the calling thread holds this lock.
     *
     * @return {@code true} if it does
     */
    public boolean isHeldByCurrentThread() {
        return lock.isHeldByCurrentThread();
    }

    /**
     * How many threads wait for this lock, by the JDK's estimate.
     *
     * @return the number of threads
     */
    public int queueLength() {
        return lock.getQueueLength();
    }

    /** Removes this lock's meters. The lock itself works on, unwatched. Further calls do nothing. */
    @Override
    public void close() {
        if (meters != null) {
            meters.close();
        }
    }

    void requireHeld(String attempt) {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("thread '"
                    + Thread.currentThread().getName() + "' tried to " + attempt + " a lock it does not hold: " + this);
        }
    }

    private Held held() {
        return new Held(this);
    }

    /** The calling thread has just taken the lock once more; only the first time is of interest. */
    private void acquired(LockWatch watched, LockWatch.@Nullable Wait wait) {
        if (lock.getHoldCount() != 1) {
            return;
        }
        try {
            watched.acquired(wait);
        } catch (Throwable e) {
            // Our caller will see a failed acquire, and must not be left as the owner of a lock it does not know of.
            lock.unlock();
            if (wait != null) {
                watched.leave(wait);
            }
            throw e;
        }
    }

    private static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Names the holder and the number of threads that wait; both may have changed by the time they are read. */
    @Override
    public String toString() {
        String owner = lock.ownerName();
        return "InstrumentedLock(" + name + ", " + (owner == null ? "free" : "held by '" + owner + "'") + ", "
                + queueLength() + " queued)";
    }

    /** The configuration of an {@link InstrumentedLock}. */
    public static final class Builder {

        /** One in 64 on average, at random distances: a program that takes the lock in a rhythm is sampled fairly. */
        private static final int SAMPLING_BOUND = 2 * 64;

        private final String name;
        private Fairness fairness = Fairness.BARGING;
        private Clock clock = Clock.system();
        private long longHoldNanos = Long.MAX_VALUE;
        private @Nullable MeterRegistry registry;
        private IntSupplier sampling = () -> ThreadLocalRandom.current().nextInt(1, SAMPLING_BOUND);

        private Builder(String name) {
            this.name = requireNonNull(name, "name");
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name of the lock is blank: say what it protects");
            }
        }

        /**
         * In which order contending threads get the lock. Default: {@link Fairness#BARGING}.
         *
         * @param order the order
         * @return this builder
         */
        public Builder fairness(Fairness order) {
            this.fairness = requireNonNull(order, "order");
            return this;
        }

        /**
         * Counts and logs holds that last this long. Default: none are.
         *
         * @param threshold from which length on a hold is too long; positive
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder longHold(Duration threshold) {
            if (threshold.isNegative() || threshold.isZero()) {
                throw new IllegalArgumentException("longHold of lock '" + name + "' is " + threshold
                        + ": allowed is a positive duration; leave it out to report none");
            }
            this.longHoldNanos = Deadline.nanosOf(threshold);
            return this;
        }

        /**
         * Publishes the meters of {@link LockMetrics}. Default: none.
         *
         * @param meterRegistry where they go; {@code null} for none
         * @return this builder
         */
        public Builder meterRegistry(@Nullable MeterRegistry meterRegistry) {
            this.registry = meterRegistry;
            return this;
        }

        /**
         * What waits and holds are measured on. Timeouts are the JDK lock's own and run on the machine's clock.
         *
         * @param source the clock; default {@link Clock#system()}
         * @return this builder
         */
        public Builder clock(Clock source) {
            this.clock = requireNonNull(source, "source");
            return this;
        }

        /** For tests: in how many acquisitions the next one is timed. */
        Builder sampling(IntSupplier distance) {
            this.sampling = distance;
            return this;
        }

        /**
         * Makes the lock.
         *
         * @return the lock, free
         * @throws IllegalStateException if a lock of this name is in the registry already and has not been closed
         */
        public InstrumentedLock build() {
            return new InstrumentedLock(this);
        }
    }
}
