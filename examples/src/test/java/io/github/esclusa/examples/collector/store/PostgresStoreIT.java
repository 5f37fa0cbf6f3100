// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static io.github.esclusa.examples.collector.store.Rows.row;
import static io.github.esclusa.examples.collector.store.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresStoreIT extends StoreContract {

    private static final AtomicInteger databases = new AtomicInteger();

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // before all
    private static PostgresServer server;

    private String database = "";

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.hasty(folder.resolve("data"));
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void createDatabase() throws Exception {
        database = "test" + databases.incrementAndGet();
        server.createDatabase(database);
    }

    @Override
    String url() {
        return server.url(database);
    }

    @Override
    String timestampAsText(String column) {
        return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    }

    @Override
    String createMessagesWithRule() {
        return "CREATE TABLE messages(id bigint PRIMARY KEY, received_at timestamptz, facility smallint,"
                + " severity smallint, sent_at timestamptz, host text, app text, procid text, msgid text,"
                + " structured_data text, message text CHECK (length(message) <= 20))";
    }

    @Test
    void asManyWritersAsAskedFor() throws Exception {
        assertThat(Store.writers(url(), 8)).isEqualTo(8);
        assertThat(store().writers()).isEqualTo(WRITERS);
        assertThat(query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'esclusa-collector'"
                        + " AND datname = current_database()"))
                .isEqualTo(Integer.toString(WRITERS));
    }

    @Test
    void nulInATextIsTheDatasFaultAndNamed() throws Exception {
        Throwable failure = catchThrowable(() -> store().insertAll(List.of(row(1), row(2, "a\0b"))));
        assertThat(failure)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("PostgreSQL stores no NUL in a text: message 2, column message");
        assertThat(Store.isDataError(failure)).isTrue();
        assertThat(store().counts().messages()).isZero();
    }

    @Test
    void aNumberThatItsColumnDoesNotHoldIsTheDatasFault() throws Exception {
        MessageRow odd = new MessageRow(1, Rows.RECEIVED, 70_000, 0, null, null, null, null, null, null, null);
        List<MessageRow> batch = new ArrayList<>(rows(10, 2_000)); // some of them are on the server already
        batch.add(odd);
        Throwable failure = catchThrowable(() -> store().insertAll(batch));
        assertThat(Store.isDataError(failure)).isTrue();
        assertThat(store().counts().messages()).isZero();
        assertThat(store().insertAll(rows(10, 2_000))).isEqualTo(2_000);
    }

    @Test
    void aTableOfOtherTypesIsRefused() throws Exception {
        execute(createMessagesWithRule().replace("smallint", "integer"));
        assertThatThrownBy(this::store)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("whose column facility is integer, not smallint");
    }

    @Test
    void collectorsThatStartTogetherMakeTheTablesOnce() throws Exception {
        List<Thread> starters = new ArrayList<>();
        List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < 6; i++) {
            Thread starter = new Thread(() -> {
                try (Store ignored = Store.builder("s").url(url()).open()) {
                    // Opened: that is all.
                } catch (Exception e) {
                    failures.add(e);
                }
            });
            starter.start();
            starters.add(starter);
        }
        for (Thread starter : starters) {
            starter.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void nobodyListeningIsExplained() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        assertThatThrownBy(() -> Store.builder("s")
                        .url("jdbc:postgresql://localhost:" + port + "/x?user=u&password=s3cret")
                        .open())
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "cannot open the database jdbc:postgresql://localhost:" + port + "/x?user=u&password=***: ")
                .hasMessageEndingWith("is PostgreSQL running there, and are the URL's host and port right?")
                .hasMessageNotContaining("s3cret")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aDatabaseThatIsNotThereIsExplained() {
        assertThatThrownBy(() -> Store.builder("s").url(server.url("nowhere")).open())
                .isInstanceOf(StoreException.class)
                .hasMessageEndingWith("create that database first, with createdb");
    }

    @Test
    void aServerThatAcceptsAndNeverAnswersIsGivenUp() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> Store.builder("s")
                            .url("jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/x?user=u")
                            .timeout(Duration.ofSeconds(1))
                            .open())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("cannot open the database");
        }
    }

    @Test
    void aBackendThatIsTerminatedIsReplaced() throws Exception {
        assertThat(store().insertAll(rows(1, 10))).isEqualTo(10);
        query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name ="
                + " 'esclusa-collector' AND datname = current_database()");

        for (int i = 0; i < WRITERS; i++) {
            Throwable failure = catchThrowable(() -> store().insertAll(rows(1, 20)));
            if (failure != null) { // a broken connection may have been replaced by its validation already
                assertThat(failure).isInstanceOf(StoreException.class);
                assertThat(Store.isDataError(failure)).isFalse();
            }
        }
        store().insertAll(rows(1, 20));
        assertThat(store().counts().messages()).isEqualTo(20);
    }
}
