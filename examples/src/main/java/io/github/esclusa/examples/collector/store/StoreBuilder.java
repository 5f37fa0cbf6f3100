// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Configures a {@link Store}; not for use by several threads at once. */
public final class StoreBuilder {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private final String name;
    private String url = "jdbc:sqlite:collector.db";
    private int writers = 1;
    private Duration timeout = DEFAULT_TIMEOUT;
    private Clock clock = Clock.system();
    private @Nullable MeterRegistry registry;

    StoreBuilder(String name) {
        this.name = name;
    }

    /**
     * Chooses the database. Without it, the file {@code collector.db} in the working directory.
     *
     * @param jdbcUrl {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql://HOST:PORT/DATABASE}
     * @return this builder
     */
    @CanIgnoreReturnValue
    public StoreBuilder url(String jdbcUrl) {
        this.url = requireNonNull(jdbcUrl, "jdbcUrl");
        return this;
    }

    /**
     * Chooses how many batches may be written at once. Without it, one; with SQLite always one.
     *
     * @param connections how many connections; at least 1
     * @return this builder
     */
    @CanIgnoreReturnValue
    public StoreBuilder writers(int connections) {
        this.writers = connections;
        return this;
    }

    /**
     * Bounds every wait for a free connection, for the database's answer, and until it has taken the next part of a batch.
     * An attempt that waits longer for one of them fails, and its connection is cut; one that goes forward may take longer
     * as a whole. With SQLite it bounds the waits for a free connection and for the file's lock, and nothing else. Without
     * it, 30 seconds.
     *
     * @param timeout the longest wait; at least a second
     * @return this builder
     */
    @CanIgnoreReturnValue
    public StoreBuilder timeout(Duration timeout) {
        this.timeout = requireNonNull(timeout, "timeout");
        return this;
    }

    /** What the timers that cut go by, in tests. */
    @CanIgnoreReturnValue
    StoreBuilder clock(Clock clock) {
        this.clock = requireNonNull(clock, "clock");
        return this;
    }

    /**
     * Publishes the meters of the store's pool and timers. Without it there are none.
     *
     * @param registry where they go; {@code null} for none
     * @return this builder
     */
    @CanIgnoreReturnValue
    public StoreBuilder meterRegistry(@Nullable MeterRegistry registry) {
        this.registry = registry;
        return this;
    }

    /**
     * Connects all writers, and makes the tables where they are missing.
     *
     * @return the open store; close it when done
     * @throws IllegalArgumentException if a setting is out of its range, or the URL is for no database known here
     * @throws StoreException if the database cannot be reached or used, or is a SQLite file that another store has open
     * @throws InterruptedException if the calling thread is interrupted; nothing is left open
     */
    public Store open() throws InterruptedException {
        if (writers < 1) {
            throw new IllegalArgumentException("store '" + name + "': writers(" + writers + ") must be at least 1");
        }
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "store '" + name + "': timeout(" + timeout + ") must be at least a second");
        }
        return Store.open(name, Dialect.of(url), writers, timeout, clock, registry);
    }
}
