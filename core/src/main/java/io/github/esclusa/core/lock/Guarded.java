// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static io.github.esclusa.core.waiting.Given.given;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A value that cannot be reached without its lock.
 *
 * <p>The functions given to it run under the lock, one at a time: the one place where this library runs foreign code
 * under a lock of its own, because that is what it is for. They should be short. One that calls back into the same
 * {@code Guarded} would see a value half changed or lose an update, and fails at once with an
 * {@link IllegalStateException}.
 *
 * <p>Best for immutable values. A mutable one must not leave its function: what {@link #read} returns is no longer
 * guarded. Actions in a function happen-before every later function on the same value. Threads wait for their turn
 * without a deadline and regardless of interrupts.
 *
 * @param <T> the type of the value
 */
public final class Guarded<T extends @Nullable Object> implements AutoCloseable {

    private final InstrumentedLock lock;

    @GuardedBy("lock")
    private T value;

    private Guarded(InstrumentedLock lock, T initial) {
        this.lock = lock;
        this.value = initial;
    }

    /**
     * Guards a value, unwatched.
     *
     * @param <T> the type of the value
     * @param name what the value is; stands in messages
     * @param initial the first value
     * @return the guarded value
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T extends @Nullable Object> Guarded<T> named(String name, T initial) {
        return builder(name).guard(initial);
    }

    /**
     * Starts the configuration of a guarded value whose lock is watched.
     *
     * @param name what the value is; tags the lock's meters and stands in messages
     * @return a builder with the defaults of {@link InstrumentedLock#builder}
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(InstrumentedLock.builder(name));
    }

    /**
     * The value itself: for one that is immutable. What is done with a mutable one afterwards is no longer guarded.
     *
     * @return the value, as the last function left it
     * @throws IllegalStateException if called from inside a function on the same value
     * @throws LockOrderException if that would turn the {@link LockOrder} of its lock round
     */
    public T get() {
        lockOnce();
        try {
            return value;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Computes something from the value.
     *
     * @param <R> the type of the result
     * @param <X> what the reader may throw; nothing checked, if it declares nothing
     * @param reader is given the value; whatever it throws reaches the caller
     * @return what the reader returned
     * @throws X as the reader
     * @throws IllegalStateException if called from inside a function on the same value
     * @throws LockOrderException if that would turn the {@link LockOrder} of its lock round
     */
    public <R extends @Nullable Object, X extends Throwable> R read(Reader<? super T, ? extends R, X> reader) throws X {
        given(reader, "guarded value", name(), "function given to read");
        lockOnce();
        try {
            return reader.read(value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Replaces the value by one computed from it. If the function throws, the old value stays.
     *
     * @param <X> what the updater may throw; nothing checked, if it declares nothing
     * @param updater is given the old value and returns the new one; whatever it throws reaches the caller
     * @return the new value
     * @throws X as the updater
     * @throws IllegalStateException if called from inside a function on the same value
     * @throws LockOrderException if that would turn the {@link LockOrder} of its lock round
     */
    @CanIgnoreReturnValue
    public <X extends Throwable> T update(Updater<T, X> updater) throws X {
        given(updater, "guarded value", name(), "function given to update");
        lockOnce();
        try {
            T updated = updater.update(value);
            value = updated;
            return updated;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Works on a mutable value in place. If the action throws, what it has changed stays changed.
     *
     * @param <X> what the action may throw; nothing checked, if it declares nothing
     * @param action is given the value, which must not leave it; whatever it throws reaches the caller
     * @throws X as the action
     * @throws IllegalStateException if called from inside a function on the same value
     * @throws LockOrderException if that would turn the {@link LockOrder} of its lock round
     */
    public <X extends Throwable> void with(Action<? super T, X> action) throws X {
        given(action, "guarded value", name(), "function given to with");
        lockOnce();
        try {
            action.work(value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The name the value was given.
     *
     * @return the name
     */
    public String name() {
        return lock.name();
    }

    /** Removes the meters of the value's lock. The value stays, guarded. Further calls do nothing. */
    @Override
    public void close() {
        lock.close();
    }

    private void lockOnce() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "guarded value '" + lock.name() + "' was used from inside its own function on"
                            + " thread '" + Thread.currentThread().getName()
                            + "': take what the function needs before it, or do what follows from it after it");
        }
        lock.lock();
    }

    /** Shows the lock, never the value, which is not to be reached without it. */
    @Override
    public String toString() {
        return "Guarded(" + lock.name() + ", " + lock + ")";
    }

    /**
     * Computes something from a guarded value, under its lock.
     *
     * @param <T> the type of the value
     * @param <R> the type of the result
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface Reader<T extends @Nullable Object, R extends @Nullable Object, X extends Throwable> {

        /**
         * Computes the result.
         *
         * @param value the value; a mutable one must not leave the reader
         * @return the result
         * @throws X if there is none
         */
        R read(T value) throws X;
    }

    /**
     * Makes a new value out of the old one, under the lock.
     *
     * @param <T> the type of the value
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface Updater<T extends @Nullable Object, X extends Throwable> {

        /**
         * Computes the new value.
         *
         * @param value the old value
         * @return the new value
         * @throws X if there is none: the old one stays
         */
        T update(T value) throws X;
    }

    /**
     * Works on a mutable value in place, under its lock.
     *
     * @param <T> the type of the value
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface Action<T extends @Nullable Object, X extends Throwable> {

        /**
         * Does the work.
         *
         * @param value the value, which must not leave the action
         * @throws X if it fails: what it has changed stays changed
         */
        void work(T value) throws X;
    }

    /** The configuration of a {@link Guarded}. */
    public static final class Builder {

        private final InstrumentedLock.Builder lock;

        private Builder(InstrumentedLock.Builder lock) {
            this.lock = lock;
        }

        /**
         * In which order contending threads get to the value. Default: {@link Fairness#BARGING}.
         *
         * @param order the order
         * @return this builder
         */
        public Builder fairness(Fairness order) {
            lock.fairness(order);
            return this;
        }

        /**
         * Makes the value's lock one of those whose order is learned and kept to: where a function on one value uses
         * another. Default: {@code null}, no order.
         *
         * @param lockOrder the order, shared by the locks that may be held together; {@code null} for none
         * @return this builder
         */
        public Builder order(@Nullable LockOrder lockOrder) {
            lock.order(lockOrder);
            return this;
        }

        /**
         * Counts and logs functions that are seen to run this long, as {@link InstrumentedLock.Builder#longHold} says:
         * those that somebody waits for, and one in 64 of the others. Default: none are.
         *
         * @param threshold from which length on a function runs too long; positive
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder longHold(Duration threshold) {
            lock.longHold(threshold);
            return this;
        }

        /**
         * Publishes the meters of {@link LockMetrics}. Default: none.
         *
         * @param meterRegistry where they go; {@code null} for none
         * @return this builder
         */
        public Builder meterRegistry(@Nullable MeterRegistry meterRegistry) {
            lock.meterRegistry(meterRegistry);
            return this;
        }

        /**
         * What waits and holds are measured on.
         *
         * @param source the clock; default {@link Clock#system()}
         * @return this builder
         */
        public Builder clock(Clock source) {
            lock.clock(source);
            return this;
        }

        /**
         * Guards a value.
         *
         * @param <T> the type of the value
         * @param initial the first value
         * @return the guarded value
         * @throws IllegalStateException if a lock of this name is in the registry already and has not been closed
         */
        public <T extends @Nullable Object> Guarded<T> guard(T initial) {
            return new Guarded<>(lock.build(), initial);
        }
    }
}
