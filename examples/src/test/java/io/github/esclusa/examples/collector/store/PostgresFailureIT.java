// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static io.github.esclusa.examples.collector.store.Rows.deadLetter;
import static io.github.esclusa.examples.collector.store.Rows.row;
import static io.github.esclusa.examples.collector.store.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.core.time.ManualClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL that dies, stops or loses an answer under the store. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class PostgresFailureIT {

    private static final int WRITERS = 2;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // before all
    private static PostgresServer server;

    private static int databases;

    private String database = "";

    @BeforeAll
    static void startServer() throws Exception {
        server = new PostgresServer(folder.resolve("data"));
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void makeDatabase() throws Exception {
        database = "failure" + databases++;
        server.createDatabase(database);
    }

    private String url() {
        return server.url(database);
    }

    private long pid(String condition) throws Exception {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT pid FROM pg_stat_activity WHERE application_name ="
                        + " 'esclusa-collector' AND " + condition)) {
            assertThat(found.next()).isTrue();
            return found.getLong(1);
        }
    }

    /** As the pipeline does: the same batch until it passes, unless it is at fault itself. */
    private static void insertUntilItPasses(Store store, List<MessageRow> batch, AtomicInteger failed) {
        await().atMost(120, TimeUnit.SECONDS).pollDelay(Duration.ZERO).until(() -> {
            try {
                store.insertAll(batch);
                return true;
            } catch (StoreException e) {
                assertThat(Store.isDataError(e)).as("data error: %s", e).isFalse();
                failed.incrementAndGet();
                return false;
            }
        });
    }

    @Test
    void killedInTheMiddleAndBackNothingIsLostOrDoubled() throws Exception {
        int batches = 300;
        int size = 500;
        AtomicInteger done = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (Store store = Store.builder("store")
                .url(url())
                .writers(WRITERS)
                .timeout(Duration.ofSeconds(10))
                .open()) {
            List<Future<?>> writing = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                long first = 1 + (long) writer * batches * size;
                writing.add(threads.submit(() -> {
                    for (int i = 0; i < batches; i++) {
                        insertUntilItPasses(store, rows(first + (long) i * size, size), failed);
                        done.incrementAndGet();
                    }
                }));
            }
            for (int killAfter : new int[] {50, 200, 400}) {
                await().atMost(120, TimeUnit.SECONDS)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> done.get() >= killAfter);
                int failedBefore = failed.get();
                server.kill();
                await().atMost(30, TimeUnit.SECONDS).until(() -> failed.get() >= failedBefore + WRITERS);
                server.startAgain();
            }
            for (Future<?> writer : writing) {
                writer.get();
            }
            int expected = WRITERS * batches * size;
            assertThat(store.counts().messages()).isEqualTo(expected);
            assertThat(store.highestId()).isEqualTo(expected);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aCommitWhoseAnswerIsLostDoublesNothing() throws Exception {
        try (CommitLosingProxy proxy = new CommitLosingProxy(server.port());
                Store store = Store.builder("store").url(proxy.url(database)).open()) {
            proxy.loseNextCommit();
            Throwable failure = catchThrowable(() -> store.insertAll(rows(1, 1_000)));

            assertThat(failure).isInstanceOf(StoreException.class);
            assertThat(Store.isDataError(failure)).isFalse();
            assertThat(Store.mayBeWritten(failure)).isTrue();
            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(store.counts().messages()).as("it had been committed").isEqualTo(1_000);
            assertThat(store.insertAll(rows(1, 1_000))).isZero();
            assertThat(store.insertAll(rows(501, 1_000))).isEqualTo(500);
            assertThat(store.counts().messages()).isEqualTo(1_500);
        }
    }

    /** A transaction of several statements, which a COMMIT ends. */
    @Test
    void aDeadLetterWhoseCommitIsNotAnsweredMayBeWritten() throws Exception {
        try (CommitLosingProxy proxy = new CommitLosingProxy(server.port());
                Store store = Store.builder("store").url(proxy.url(database)).open()) {
            proxy.loseNextCommit();
            Throwable failure = catchThrowable(() -> store.insertDeadLetter(deadLetter(1)));
            assertThat(failure).isInstanceOf(StoreException.class);
            assertThat(Store.mayBeWritten(failure)).isTrue();
            assertThat(store.counts().deadLetters()).isEqualTo(1);
        }
    }

    /** Its answer to the COMMIT is that there is none. */
    @Test
    void aServerThatRefusesACommitHasWrittenNothing() throws Exception {
        try (Store store = Store.builder("store").url(url()).open();
                Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                    + " 'BEGIN RAISE EXCEPTION ''on purpose'' USING ERRCODE = ''40001''; END'");
            for (String table : List.of("messages", "dead_letters")) {
                statement.execute("CREATE CONSTRAINT TRIGGER late AFTER INSERT ON " + table
                        + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()");
            }
            Throwable batch = catchThrowable(() -> store.insertAll(rows(1, 10)));
            assertThat(batch).isInstanceOf(StoreException.class).hasMessageContaining("on purpose");
            assertThat(Store.mayBeWritten(batch)).isFalse();
            Throwable letter = catchThrowable(() -> store.insertDeadLetter(deadLetter(1)));
            assertThat(letter).isInstanceOf(StoreException.class).hasMessageContaining("on purpose");
            assertThat(Store.mayBeWritten(letter)).isFalse();
            assertThat(store.counts()).isEqualTo(new StoreCounts(0, 0));
        }
    }

    private long waitingForALock() throws Exception {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE"
                        + " application_name = 'esclusa-collector' AND wait_event_type = 'Lock'")) {
            found.next();
            return found.getLong(1);
        }
    }

    /** An attempt that its client cuts off would leave a session behind that waits on, and so would the next. */
    @Test
    void aTableThatStaysLockedPilesUpNoSessions() throws Exception {
        try (Store store = Store.builder("store")
                        .url(url())
                        .timeout(Duration.ofSeconds(1))
                        .open();
                Connection connection = DriverManager.getConnection(url());
                Statement other = connection.createStatement()) {
            connection.setAutoCommit(false);
            other.execute("LOCK TABLE messages IN EXCLUSIVE MODE");
            for (int attempt = 0; attempt < 2; attempt++) {
                Throwable failure = catchThrowable(() -> store.insertAll(rows(1, 10)));
                assertThat(failure).isInstanceOf(StoreException.class);
                assertThat(Store.isDataError(failure)).isFalse();
                assertThat(Store.mayBeWritten(failure)).isFalse();
            }
            await().atMost(30, TimeUnit.SECONDS).until(() -> waitingForALock() == 0);
            connection.rollback();
            insertUntilItPasses(store, rows(1, 10), new AtomicInteger());
            assertThat(store.counts().messages()).isEqualTo(10);
        }
    }

    @Test
    void theServerGivesUpBeforeItsClientUnlessItIsToldOtherwise() throws Exception {
        Duration timeout = Duration.ofSeconds(30);
        try (Writer writer = Dialect.of(url()).connect(timeout)) {
            assertThat(setting(writer, "lock_timeout")).isEqualTo("22500ms");
            assertThat(setting(writer, "client_connection_check_interval")).isEqualTo("10s");
        }
        String told = url() + "&options=-c%20lock_timeout=200";
        try (Writer writer = Dialect.of(told).connect(timeout)) {
            assertThat(setting(writer, "lock_timeout")).isEqualTo("200ms");
        }
        try (Store store = Store.builder("store").url(told).open();
                Connection connection = DriverManager.getConnection(url());
                Statement other = connection.createStatement()) {
            connection.setAutoCommit(false);
            other.execute("LOCK TABLE messages IN EXCLUSIVE MODE");
            assertThatThrownBy(() -> store.insertAll(rows(1, 10)))
                    .hasMessageEndingWith("; another session keeps its tables locked: see the server's pg_locks");
        }
    }

    private static String setting(Writer writer, String name) throws Exception {
        try (Statement statement = writer.connection().createStatement();
                ResultSet found = statement.executeQuery("SHOW " + name)) {
            found.next();
            return found.getString(1);
        }
    }

    /** Together the parts take many times the timeout, but none of them does. */
    @Test
    void aLargeBatchIsNotCutWhileItsBytesFlow() throws Exception {
        Duration timeout = Duration.ofSeconds(20);
        ManualClock clock = new ManualClock();
        String large = "x".repeat(128 * 1024);
        List<MessageRow> batch = new AbstractList<>() {
            private int readings;

            @Override
            public Iterator<MessageRow> iterator() {
                readings++;
                return super.iterator();
            }

            @Override
            public MessageRow get(int index) {
                if (readings == 2) { // on their way, after they have been looked through
                    clock.advance(timeout.dividedBy(2));
                }
                return row(1 + index, large);
            }

            @Override
            public int size() {
                return 100;
            }
        };
        try (Store store =
                Store.builder("store").url(url()).timeout(timeout).clock(clock).open()) {
            long backend = pid("true");
            assertThat(store.insertAll(batch)).isEqualTo(batch.size());
            assertThat(pid("true")).as("the connection is the same").isEqualTo(backend);
        }
    }

    @Test
    void aServerThatStandsStillDoesNotHoldAWriter() throws Exception {
        String large = "x".repeat(64 * 1024);
        List<MessageRow> batch = new ArrayList<>();
        for (int id = 1; id <= 1_000; id++) { // far more than the sockets' buffers take
            batch.add(row(id, large));
        }
        try (Store store =
                Store.builder("store").url(url()).timeout(Duration.ofSeconds(2)).open()) {
            long backend = pid("true");
            PostgresServer.signal("STOP", backend);
            Throwable failure;
            try {
                failure = catchThrowable(() -> store.insertAll(batch));
            } finally {
                PostgresServer.signal("CONT", backend);
            }
            assertThat(failure).isInstanceOf(StoreException.class);
            assertThat(Store.isDataError(failure)).isFalse();
            assertThat(Store.mayBeWritten(failure))
                    .as("it was not sent to its end")
                    .isFalse();

            insertUntilItPasses(store, rows(1, 1_000), new AtomicInteger());
            assertThat(store.counts().messages()).isEqualTo(1_000);
        }
    }
}
