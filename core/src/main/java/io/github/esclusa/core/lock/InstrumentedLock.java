// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static io.github.esclusa.core.waiting.Given.given;
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
 * A lock with a name that shows who waits for it, who holds it and for how long, while it happens. It can refuse to be
 * taken twice by one thread ({@link Reentrancy}), and tell of locks that are taken in opposite orders ({@link LockOrder}).
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

    /** {@code null} when there is nobody to tell. */
    private final @Nullable WatchedLock watched;

    /** {@code null} when nothing is demanded. */
    private final @Nullable Discipline discipline;

    private InstrumentedLock(Builder settings) {
        this.name = settings.name;
        this.lock = new OwnedLock(settings.fairness);
        this.watched = settings.registry == null && settings.longHoldNanos == Long.MAX_VALUE
                ? null
                : new WatchedLock(
                        lock, name, settings.longHoldNanos, settings.clock, settings.sampling, settings.registry);
        this.discipline = Discipline.of(this, settings.reentrancy, settings.order);
    }

    /**
     * Starts the configuration of a lock.
     *
     * @param name what it protects; tags its meters and stands in its messages
     * @return a builder with the defaults: barging, re-entrant, no registry, no order, no threshold for long holds
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Takes the lock for the length of a {@code try} block, waiting without a deadline and regardless of interrupts.
     *
     * @return the hold; close it on this thread
     * @throws IllegalStateException if the calling thread holds it already and it is not re-entrant
     * @throws LockOrderException if that would turn its {@link LockOrder} round; the lock was not taken
     */
    @MustBeClosed
    public Held hold() {
        Held held = new Held(this); // before the lock is taken: without memory it is not
        lock();
        return held;
    }

    /**
     * Takes the lock for the length of a {@code try} block, waiting until it is free or the thread is interrupted.
     *
     * @return the hold; close it on this thread
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     * @throws IllegalStateException if the calling thread holds it already and it is not re-entrant
     * @throws LockOrderException if that would turn its {@link LockOrder} round; the lock was not taken
     */
    @MustBeClosed
    public Held holdInterruptibly() throws InterruptedException {
        Held held = new Held(this);
        lockInterruptibly();
        return held;
    }

    /**
     * Takes the lock for the length of a {@code try} block if it comes free in time. Keeps to the order of a fair lock,
     * with a timeout of zero too.
     *
     * @param timeout how long to wait at most, measured on the machine's clock; zero or negative tries once
     * @return the hold, to be closed on this thread; empty if the time ran out
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     * @throws IllegalStateException if the calling thread holds it already and it is not re-entrant
     * @throws LockOrderException if that would turn its {@link LockOrder} round; the lock was not taken
     */
    public Optional<Held> tryHold(Duration timeout) throws InterruptedException {
        given(timeout, "lock", name, "timeout given to tryHold");
        Optional<Held> held = Optional.of(new Held(this));
        return tryLock(Deadline.nanosOf(timeout), TimeUnit.NANOSECONDS) ? held : Optional.empty();
    }

    /**
     * Takes the lock, waiting without a deadline and regardless of interrupts.
     *
     * @throws IllegalStateException if the calling thread holds it already and it is not re-entrant
     * @throws LockOrderException if that would turn its {@link LockOrder} round; the lock was not taken
     */
    @Override
    public void lock() {
        beforeWait();
        if (watched == null) {
            lock.lock();
        } else {
            watched.lock();
        }
        taken();
    }

    /**
     * Takes the lock, waiting until it is free or the thread is interrupted.
     *
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     * @throws IllegalStateException if the calling thread holds it already and it is not re-entrant
     * @throws LockOrderException if that would turn its {@link LockOrder} round; the lock was not taken
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        beforeWait();
        if (watched == null) {
            lock.lockInterruptibly();
        } else {
            watched.lockInterruptibly();
        }
        taken();
    }

    /**
     * Takes the lock if nobody holds it at this moment. On a fair lock too this overtakes those that wait, as
     * {@link java.util.concurrent.locks.ReentrantLock#tryLock()} does; {@code tryLock(0, SECONDS)} does not. It never
     * waits, so it may be used against a {@link LockOrder}.
     *
     * @return whether the calling thread has the lock; {@code false} if it holds it already and it is not re-entrant
     */
    @Override
    public boolean tryLock() {
        if (discipline != null && !discipline.mayTry()) {
            return false;
        }
        boolean has = watched == null ? lock.tryLock() : watched.tryLock();
        if (has) {
            taken();
        }
        return has;
    }

    /**
     * Takes the lock if it comes free in time, in the order of a fair lock.
     *
     * @param time how long to wait at most, measured on the machine's clock; zero or negative tries once
     * @param unit the unit of {@code time}
     * @return whether the calling thread has the lock
     * @throws InterruptedException if the calling thread is interrupted before it has the lock
     * @throws IllegalStateException if the calling thread holds it already and it is not re-entrant
     * @throws LockOrderException if that would turn its {@link LockOrder} round; the lock was not taken
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        beforeWait();
        boolean has = watched == null ? lock.tryLock(time, unit) : watched.tryLock(time, unit);
        if (has) {
            taken();
        }
        return has;
    }

    /**
     * Releases the lock, once for each time it was taken.
     *
     * @throws IllegalMonitorStateException if the calling thread does not hold it
     */
    @Override
    public void unlock() {
        requireHeld("release");
        try {
            if (watched == null) {
                lock.unlock();
            } else {
                watched.unlock();
            }
        } finally {
            if (discipline != null && !lock.isHeldByCurrentThread()) {
                discipline.released();
            }
        }
    }

    /**
     * A condition of this lock. Waiting on it does not count as holding the lock.
     *
     * @return a new condition
     */
    @Override
    public Condition newCondition() {
        Condition condition = lock.newCondition();
        return watched == null && discipline == null
                ? condition
                : new InstrumentedCondition(condition, this, watched == null ? null : watched.watch(), discipline);
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
        if (watched != null) {
            watched.close();
        }
    }

    void requireHeld(String attempt) {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("thread '"
                    + Thread.currentThread().getName() + "' tried to " + attempt + " a lock it does not hold: " + this);
        }
    }

    private void beforeWait() {
        if (discipline != null) {
            discipline.beforeWait();
        }
    }

    /** The calling thread has just taken the lock once more; where memory runs out, it must not be left as the owner. */
    private void taken() {
        if (discipline == null || lock.getHoldCount() != 1) {
            return;
        }
        try {
            discipline.taken();
        } catch (Throwable e) {
            unlock();
            throw e;
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
        private Reentrancy reentrancy = Reentrancy.COUNTED;
        private @Nullable LockOrder order;
        private Clock clock = Clock.system();
        private long longHoldNanos = Long.MAX_VALUE;
        private @Nullable MeterRegistry registry;
        private IntSupplier sampling = () -> ThreadLocalRandom.current().nextInt(1, SAMPLING_BOUND);

        private Builder(String name) {
            this.name = requireNonNull(name, "the name of the lock is null");
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
            this.fairness = given(order, "lock", name, "fairness");
            return this;
        }

        /**
         * What happens when a thread takes the lock that it holds already. Default: {@link Reentrancy#COUNTED}.
         *
         * @param again what happens
         * @return this builder
         */
        public Builder reentrancy(Reentrancy again) {
            this.reentrancy = given(again, "lock", name, "reentrancy");
            return this;
        }

        /**
         * Makes this one of the locks whose order is learned and kept to. Default: {@code null}, no order.
         *
         * @param lockOrder the order, shared by the locks that may be held together; {@code null} for none
         * @return this builder
         */
        public Builder order(@Nullable LockOrder lockOrder) {
            this.order = lockOrder;
            return this;
        }

        /**
         * Counts and logs holds that are seen to last this long: of those that others waited for, counted from the first
         * one's arrival, of those that had to wait for the lock themselves, and of one in 64 of the rest, picked at
         * random. A long hold that nobody waits for is mostly not seen. Default: none are.
         *
         * @param threshold from which length on a hold is too long; positive
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder longHold(Duration threshold) {
            if (given(threshold, "lock", name, "longHold").isNegative() || threshold.isZero()) {
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
            this.clock = given(source, "lock", name, "clock");
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
