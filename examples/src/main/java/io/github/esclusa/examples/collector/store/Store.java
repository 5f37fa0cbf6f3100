// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolClosedException;
import io.github.esclusa.coordination.pool.PoolException;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.timer.CancelOutcome;
import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The collector's database: rows go in, in batches, over connections from a pool.
 *
 * <p>Each batch is one transaction, and rows whose id is there already are passed over. So a batch can be given again
 * after any failure, a COMMIT whose answer was lost included, and doubles nothing. A failure is either the data's
 * ({@link #isDataError}: the same batch would fail again) or the database's (it may pass: try again later). A connection
 * over which the database failed is thrown away.
 *
 * <p>No attempt waits for ever: connecting and every answer have a time limit, and a timer cuts a connection on which a
 * <i>write</i> has been stuck for so long (a database that is stopped but not gone takes no more bytes, and a socket's
 * write knows no timeout). It is set anew for every part of a batch that has been written: a large batch over a slow line
 * may take longer. PostgreSQL is told to give up a wait for a lock sooner than that: a session whose client has gone would
 * wait on, and each further attempt would add one. In SQLite nothing is cut: a wait for the file's lock ends by itself, and
 * local work, however long, is let finish.
 *
 * <p>A SQLite file is one store's at a time, over all processes; a second one is refused.
 *
 * <p>All methods may be called from any thread. The rows given to an insert are read by the calling thread only.
 */
public final class Store implements AutoCloseable {

    /** A connection that lay idle this long is asked whether it still works before it is used. */
    private static final Duration VALIDATE_AFTER_IDLE = Duration.ofSeconds(5);

    private static final int VALIDATION_SECONDS = 5;

    private static final Logger log = LoggerFactory.getLogger(Store.class);

    private final Dialect dialect;
    private final SharedClaim claim;
    private final int writers;
    private final Duration timeout;
    private final ResourcePool<Writer> pool;
    private final Timers timers;
    private final DeadLetterGroups deadLetters;
    private final Outage outage;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Store(
            Dialect dialect,
            SharedClaim claim,
            int writers,
            Duration timeout,
            ResourcePool<Writer> pool,
            Timers timers,
            @Nullable MeterRegistry registry) {
        this.dialect = dialect;
        this.claim = claim;
        this.writers = writers;
        this.timeout = timeout;
        this.pool = pool;
        this.timers = timers;
        this.deadLetters = new DeadLetterGroups(pool.name() + "-dead-letters", this::insertDeadLetters, registry);
        this.outage = new Outage(pool.name(), Clock.system());
    }

    /**
     * Begins to open a store.
     *
     * @param name what its pool and timers are called in meters, threads, log lines and exceptions
     * @return a builder with defaults for everything else
     */
    public static StoreBuilder builder(String name) {
        return new StoreBuilder(requireNonNull(name, "name"));
    }

    /**
     * What of a JDBC URL may be shown.
     *
     * @param jdbcUrl the URL, of any database
     * @return the same without its passwords
     */
    public static String shown(String jdbcUrl) {
        return JdbcUrl.redacted(jdbcUrl);
    }

    /**
     * How many connections can write at once to the database that a URL names.
     *
     * @param jdbcUrl the URL
     * @param asked how many are wished for
     * @return as many as wished for, or one: SQLite has one writer
     * @throws IllegalArgumentException if the URL is for no database known here; the message names {@code --db}, the
     *     value without passwords, and what is allowed
     */
    public static int writers(String jdbcUrl, int asked) {
        return Dialect.of(jdbcUrl).writers(asked);
    }

    /**
     * Whether a failure was caused by a value that the database refuses, so that the same rows would fail again. All else
     * (busy, gone, full, shutting down, out of connections) is the database's fault and may pass.
     *
     * @param failure what an insert threw, or anything it was wrapped in
     * @return {@code true} if one of the rows is to blame
     */
    public static boolean isDataError(Throwable failure) {
        return Failures.isDataError(failure);
    }

    /**
     * Whether what an insert failed on may be in the database all the same: its COMMIT was sent, and the answer was lost.
     * Then nobody knows until the same rows have been given again. After any other failure none of them is there.
     *
     * @param failure what an insert threw, or anything it was wrapped in
     * @return {@code true} if the rows may have been written
     */
    public static boolean mayBeWritten(Throwable failure) {
        return Failures.mayBeWritten(failure);
    }

    static Store open(
            String name, Dialect dialect, int asked, Duration timeout, Clock clock, @Nullable MeterRegistry registry)
            throws InterruptedException {
        SharedClaim claim = new SharedClaim(claim(dialect, timeout));
        boolean opened = false;
        try {
            Store store = open(name, dialect, claim, asked, timeout, clock, registry);
            opened = true;
            return store;
        } finally {
            if (!opened) {
                claim.leave();
            }
        }
    }

    /** Once over a connection of its own, so that what fails is told in the database's words and not the pool's. */
    private static Claim claim(Dialect dialect, Duration timeout) {
        Claim claim = Claim.NONE;
        boolean prepared = false;
        try {
            try (Writer first = dialect.connect(timeout)) {
                claim = dialect.claim(first);
                dialect.prepareSchema(first);
            }
            prepared = true;
            return claim;
        } catch (SQLException e) {
            throw failure(dialect, "open the database", e);
        } finally {
            if (!prepared) {
                claim.close();
            }
        }
    }

    private static Store open(
            String name,
            Dialect dialect,
            SharedClaim claim,
            int asked,
            Duration timeout,
            Clock clock,
            @Nullable MeterRegistry registry)
            throws InterruptedException {
        int writers = dialect.writers(asked);
        Timers timers = Timers.builder(name)
                .workers(1)
                .clock(clock)
                .meterRegistry(registry)
                .start();
        boolean opened = false;
        try {
            ResourcePool<Writer> pool = ResourcePool.<Writer>builder(name)
                    .meterRegistry(registry)
                    .create(() -> connect(dialect, claim, timeout))
                    .validate(writer -> writer.answers(VALIDATION_SECONDS))
                    .validateAfterIdle(VALIDATE_AFTER_IDLE)
                    .destroy(writer -> disconnect(writer, claim))
                    .min(writers)
                    .max(writers)
                    .openWarm(timeout);
            try {
                Store store = new Store(dialect, claim, writers, timeout, pool, timers, registry);
                opened = true;
                return store;
            } finally {
                if (!opened) {
                    pool.close();
                }
            }
        } catch (PoolException e) {
            throw failure(dialect, "open " + writers + " connections to the database", e);
        } finally {
            if (!opened) {
                timers.close();
            }
        }
    }

    private static Writer connect(Dialect dialect, SharedClaim claim, Duration timeout) throws SQLException {
        claim.join();
        boolean connected = false;
        try {
            Writer writer = dialect.connect(timeout);
            connected = true;
            return writer;
        } finally {
            if (!connected) {
                claim.leave();
            }
        }
    }

    private static void disconnect(Writer writer, SharedClaim claim) throws SQLException {
        try {
            writer.close();
        } finally {
            claim.leave();
        }
    }

    /**
     * Which database it is.
     *
     * @return its URL, without passwords
     */
    public String url() {
        return dialect.shownUrl();
    }

    /**
     * How many batches can be written at once.
     *
     * @return the number of connections; 1 for SQLite
     */
    public int writers() {
        return writers;
    }

    /**
     * Inserts messages, all or none, in one transaction; those whose id is there already are passed over.
     *
     * @param rows the messages; an empty list does nothing
     * @return how many of them were not there before
     * @throws StoreException if it failed, or its outcome is not known because the connection broke; give the same rows
     *     again, or, if {@link #isDataError} says so, find the one that is refused
     * @throws InterruptedException if the calling thread is interrupted while it waits for a connection; nothing was sent
     */
    @CanIgnoreReturnValue
    public int insertAll(List<MessageRow> rows) throws InterruptedException {
        if (rows.isEmpty()) {
            return 0;
        }
        return write(
                "insert " + rows.size() + " messages into",
                (writer, progress) -> writer.insertMessages(rows, progress));
    }

    /**
     * Inserts one dead letter; does nothing if its id is there already. Those that several threads insert at the same
     * time share a transaction; each call returns when its own letter is committed.
     *
     * @param row the dead letter
     * @throws StoreException as for {@link #insertAll}
     * @throws InterruptedException if the calling thread is interrupted while it waits; another thread may be about to
     *     insert the letter all the same
     */
    public void insertDeadLetter(DeadLetterRow row) throws InterruptedException {
        deadLetters.write(row);
    }

    /**
     * Inserts dead letters, all or none, in one transaction; those whose id is there already are passed over.
     *
     * @param rows the dead letters; an empty list does nothing
     * @throws StoreException as for {@link #insertAll}
     * @throws InterruptedException as for {@link #insertAll}
     */
    public void insertDeadLetters(List<DeadLetterRow> rows) throws InterruptedException {
        if (rows.isEmpty()) {
            return;
        }
        write("insert " + rows.size() + " dead letters into", (writer, progress) -> {
            writer.insertDeadLetters(rows);
            return rows.size();
        });
    }

    /**
     * Counts what the database holds. It reads both tables through: for reports, not for every second.
     *
     * @return the rows of each table
     * @throws StoreException if the database did not answer
     * @throws InterruptedException if the calling thread is interrupted while it waits for a connection
     */
    public StoreCounts counts() throws InterruptedException {
        return withWriter("count the rows of", (writer, progress) -> writer.counts());
    }

    /**
     * The highest id in either table. Ids given from now on must be higher, or their messages would be taken for known.
     *
     * @return the id; zero when both tables are empty
     * @throws StoreException if the database did not answer
     * @throws InterruptedException if the calling thread is interrupted while it waits for a connection
     */
    public long highestId() throws InterruptedException {
        return withWriter("read the highest id of", (writer, progress) -> writer.highestId());
    }

    /**
     * Why nothing can be written at present, for a health check: the answer to the last insert.
     *
     * @return what was attempted, what the database said, and the remedy; {@code null} while it takes what it is given
     */
    public @Nullable String outage() {
        return outage.reason();
    }

    @FunctionalInterface
    private interface Work<R> {
        R with(Writer writer, Runnable progress) throws SQLException;
    }

    /** As {@link #withWriter}, and its outcome tells whether the database can be written to. */
    private <R> R write(String attempt, Work<R> work) throws InterruptedException {
        R result;
        try {
            result = withWriter(attempt, work);
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) { // a driver's bug too: nothing is written then either
            boolean closing = e.getCause() instanceof PoolClosedException
                    || e.getCause() instanceof RejectedExecutionException; // since the lease was taken
            if (!closing && !isDataError(e)) {
                outage.failed(
                        e instanceof StoreException
                                ? Failures.oneLine(e)
                                : "cannot " + attempt + " " + dialect.shownUrl() + ": "
                                        + e.getClass().getSimpleName() + ": " + shown(dialect, Failures.oneLine(e)));
            }
            throw e;
        }
        outage.worked();
        return result;
    }

    private <R> R withWriter(String attempt, Work<R> work) throws InterruptedException {
        try (Lease<Writer> lease = lease(attempt)) {
            Writer writer = lease.get();
            Timer stuck = cutWhenStuck(attempt, writer);
            boolean usable = false;
            try {
                R result = work.with(writer, () -> stuck.reset());
                usable = true;
                return result;
            } catch (SQLException e) {
                // Suppressed: the roll-back failed too.
                usable = isDataError(e) && e.getSuppressed().length == 0;
                throw failure(dialect, attempt, e);
            } finally {
                // Not cancelled: the timer was quicker, and cuts this connection now or later.
                if (stuck.cancel() != CancelOutcome.CANCELLED || !usable) {
                    lease.invalidate();
                }
            }
        }
    }

    private Timer cutWhenStuck(String attempt, Writer writer) {
        try {
            return timers.after(timeout, writer::abort);
        } catch (RejectedExecutionException e) {
            throw failure(dialect, attempt, e); // closed since the lease was taken
        }
    }

    private Lease<Writer> lease(String attempt) throws InterruptedException {
        try {
            return pool.acquire(timeout);
        } catch (PoolException e) {
            throw failure(dialect, attempt, e);
        }
    }

    static StoreException failure(Dialect dialect, String attempt, Exception failure) {
        String what = "cannot " + attempt + " " + dialect.shownUrl() + ": ";
        SQLException cause = Failures.sqlCause(failure);
        if (cause != null) {
            return new StoreException(what + said(dialect, cause) + "; " + dialect.remedy(cause), failure);
        }
        if (failure instanceof PoolClosedException || failure instanceof RejectedExecutionException) {
            return new StoreException(what + "the store has been closed", failure);
        }
        return new StoreException(what + said(dialect, failure), failure);
    }

    /** A driver may quote the URL it was given, with the password in it. */
    private static String said(Dialect dialect, Exception failure) {
        return shown(dialect, Failures.said(failure));
    }

    private static String shown(Dialect dialect, String text) {
        return text.replace(dialect.url(), dialect.shownUrl());
    }

    /**
     * Closes without waiting for connections in use, which are closed as they come back. Until the last has been, a SQLite file
     * stays this store's. Further calls do nothing.
     */
    @Override
    public void close() {
        try {
            pool.close();
            timers.close();
            deadLetters.close();
        } finally {
            if (!closed.getAndSet(true)) {
                claim.leave();
                warnIfClaimed();
            }
        }
    }

    private void warnIfClaimed() {
        if (claim.isHeld()) {
            log.warn(
                    "store '{}' is closed, and {} stays its own until its last connection is closed, which is in use or on its"
                            + " way: {}",
                    pool.name(),
                    dialect.shownUrl(),
                    pool.report());
        }
    }

    @Override
    public String toString() {
        return "Store(" + pool.name() + ", " + dialect.shownUrl() + ", writers " + writers + ")";
    }
}
