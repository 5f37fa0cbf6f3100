// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static io.github.esclusa.examples.collector.store.Rows.RECEIVED;
import static io.github.esclusa.examples.collector.store.Rows.deadLetter;
import static io.github.esclusa.examples.collector.store.Rows.row;
import static io.github.esclusa.examples.collector.store.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store does, whatever database is behind it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class StoreContract {

    static final int WRITERS = 2;

    private @Nullable Store store;

    /** The URL of a database of this test's own, without tables. */
    abstract String url() throws Exception;

    /** What a column of type timestamp is compared with. */
    abstract String timestampAsText(String column);

    /** A table {@code messages} with a rule of its own: no message longer than 20 characters. */
    abstract String createMessagesWithRule();

    @BeforeEach
    void noStoreYet() {
        store = null;
    }

    @AfterEach
    void closeStore() {
        if (store != null) {
            store.close();
        }
    }

    Store store() throws Exception {
        if (store == null) {
            store = Store.builder("store").url(url()).writers(WRITERS).open();
        }
        return store;
    }

    /** Runs a query over a connection of its own, and returns its first row as text, columns joined by a bar. */
    String query(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            assertThat(found.next()).isTrue();
            List<String> values = new ArrayList<>();
            for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                String value = found.getString(i);
                values.add(value == null ? "NULL" : value);
            }
            return String.join("|", values);
        }
    }

    void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void everyFieldIsInItsColumn() throws Exception {
        Instant sent = Instant.parse("1999-12-31T23:59:59.000001Z");
        store().insertAll(List.of(new MessageRow(
                7, RECEIVED, 23, 7, sent, "hôst", "app", "1", "ID47", "[a b=\"c\"]", "größer \u20ac \ud83d\ude00")));

        assertThat(query("SELECT id, " + timestampAsText("received_at") + ", facility, severity, "
                        + timestampAsText("sent_at")
                        + ", host, app, procid, msgid, structured_data, message FROM messages"))
                .isEqualTo("7|2026-03-04T05:06:07.123456Z|23|7|1999-12-31T23:59:59.000001Z|hôst|app|1|ID47|"
                        + "[a b=\"c\"]|größer \u20ac \ud83d\ude00");
    }

    @Test
    void absentFieldsAreNullAndEmptyOnesAreNot() throws Exception {
        store().insertAll(List.of(new MessageRow(7, RECEIVED, 0, 0, null, null, null, null, null, null, null)));
        store().insertAll(List.of(new MessageRow(8, RECEIVED, 0, 0, null, "", "", "", "", "", "")));

        String fields = "host, app, procid, msgid, structured_data, message FROM messages WHERE id = ";
        assertThat(query("SELECT sent_at, " + fields + 7)).isEqualTo("NULL|NULL|NULL|NULL|NULL|NULL|NULL");
        assertThat(query("SELECT " + fields + 8)).isEqualTo("|||||");
    }

    @Test
    void aBatchGivenTwiceDoublesNothing() throws Exception {
        assertThat(store().insertAll(rows(1, 500))).isEqualTo(500);
        assertThat(store().insertAll(rows(1, 500))).isZero();
        assertThat(store().insertAll(rows(401, 200))).as("half of them known").isEqualTo(100);
        assertThat(store().counts()).isEqualTo(new StoreCounts(600, 0));
    }

    @Test
    void anIdTwiceInOneBatchIsStoredOnce() throws Exception {
        assertThat(store().insertAll(List.of(row(1), row(2), row(1)))).isEqualTo(2);
        assertThat(store().counts().messages()).isEqualTo(2);
    }

    @Test
    void deadLettersKeepTheirBytesAndDoubleNothing() throws Exception {
        store().insertDeadLetter(deadLetter(1));
        store().insertDeadLetters(List.of(deadLetter(1), deadLetter(2)));

        assertThat(store().counts()).isEqualTo(new StoreCounts(0, 2));
        assertThat(query("SELECT id, " + timestampAsText("received_at")
                        + ", source, reason, raw FROM dead_letters WHERE id = 1"))
                .startsWith("1|2026-03-04T05:06:07.123456Z|udp|no priority|");
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT raw FROM dead_letters WHERE id = 1")) {
            found.next();
            assertThat(found.getBytes(1)).isEqualTo(new byte[] {0, 1, -1});
        }
    }

    @Test
    void aDeadLetterIsStorableWhateverItsReasonQuotes() throws Exception {
        store().insertDeadLetter(new DeadLetterRow(1, RECEIVED, "tcp\0", "bad: \0\ud83d", new byte[0]));
        assertThat(store().counts().deadLetters()).isEqualTo(1);
    }

    @Test
    void emptyBatchesDoNothing() throws Exception {
        assertThat(store().insertAll(List.of())).isZero();
        store().insertDeadLetters(List.of());
        assertThat(store().counts()).isEqualTo(new StoreCounts(0, 0));
        assertThat(store().highestId()).isZero();
    }

    @Test
    void theHighestIdIsThatOfBothTables() throws Exception {
        store().insertAll(rows(1, 5));
        assertThat(store().highestId()).isEqualTo(5);
        store().insertDeadLetter(deadLetter(9));
        assertThat(store().highestId()).isEqualTo(9);
    }

    @Test
    void largeRowsGoInWhole() throws Exception {
        String large = "x".repeat(64 * 1024);
        List<MessageRow> batch = new ArrayList<>();
        for (int id = 1; id <= 50; id++) {
            batch.add(row(id, large));
            batch.add(row(100 + id)); // small ones between: the encoder's buffer fills at odd places
        }
        assertThat(store().insertAll(batch)).isEqualTo(100);
        assertThat(query("SELECT sum(length(message)) FROM messages WHERE id <= 50"))
                .isEqualTo(Long.toString(50L * 64 * 1024));
    }

    @Test
    void aDataErrorRollsTheWholeBatchBack() throws Exception {
        execute(createMessagesWithRule());
        List<MessageRow> batch = new ArrayList<>(rows(1, 300));
        batch.add(row(301, "longer than the rule allows"));

        for (int i = 0; i < 2 * WRITERS; i++) {
            Throwable failure = catchThrowable(() -> store().insertAll(batch));
            assertThat(failure)
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith("cannot insert 301 messages into jdbc:");
            assertThat(Store.isDataError(failure)).isTrue();
            assertThat(Store.isDataError(new IllegalStateException("wrapped", failure)))
                    .isTrue();
        }
        assertThat(store().counts().messages()).isZero();
        assertThat(store().insertAll(batch.subList(0, 300))).isEqualTo(300);
    }

    @Test
    void everyConnectionIsThereAgainAfterFailures() throws Exception {
        execute(createMessagesWithRule());
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> store().insertAll(List.of(row(1, "longer than the rule allows"))))
                    .isInstanceOf(StoreException.class);
        }
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS * 4);
        try {
            List<Future<Integer>> inserted = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                List<MessageRow> batch = rows(1 + i * 100L, 100);
                inserted.add(threads.submit(() -> store().insertAll(batch)));
            }
            for (Future<Integer> count : inserted) {
                assertThat(count.get()).isEqualTo(100);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store().counts().messages()).isEqualTo(4_000);
    }

    @Test
    void anInterruptedInsertSendsNothing() throws Exception {
        Store open = store();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> open.insertAll(rows(1, 10))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(open.counts().messages()).isZero();
    }

    @Test
    void aClosedStoreSaysSo() throws Exception {
        Store open = store();
        open.close();
        assertThatThrownBy(() -> open.insertAll(rows(1, 1)))
                .isInstanceOf(StoreException.class)
                .hasMessageEndingWith("the store has been closed");
    }

    @Test
    void whatWasStoredIsThereWhenOpenedAgain() throws Exception {
        store().insertAll(rows(1, 10));
        store().close();
        try (Store again = Store.builder("again").url(url()).open()) {
            assertThat(again.counts().messages()).isEqualTo(10);
            assertThat(again.insertAll(rows(1, 11))).isEqualTo(1);
        }
    }

    @Test
    void aForeignTableOfOurNameIsRefused() throws Exception {
        execute("CREATE TABLE messages(id integer PRIMARY KEY, body text)");
        assertThatThrownBy(this::store)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("it has a table 'messages'")
                .hasMessageEndingWith("rename that table, or name another database");
    }

    @Test
    void aTableThatWouldTakeAnIdTwiceIsRefused() throws Exception {
        store().close();
        execute("DROP TABLE dead_letters");
        execute(
                "CREATE TABLE dead_letters AS SELECT id, received_at, message AS source, message AS reason FROM messages");
        assertThatThrownBy(() -> Store.builder("again").url(url()).open())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("it has a table 'dead_letters'");
    }

    @Test
    void failuresOfTheDatabaseAreNotTheDatas() {
        assertThat(Store.isDataError(new SQLException("gone", "08006"))).isFalse();
        assertThat(Store.isDataError(new SQLException("shut down", "57P01"))).isFalse();
        assertThat(Store.isDataError(new SQLException("full", "53100"))).isFalse();
        assertThat(Store.isDataError(new SQLException("no state"))).isFalse();
        assertThat(Store.isDataError(new IllegalStateException("a bug"))).isFalse();
        assertThat(Store.isDataError(new SQLException("constraint", "23514"))).isTrue();
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() ->
                        Store.builder("s").url("jdbc:sqlite:x.db").writers(0).open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("store 's': writers(0) must be at least 1");
        assertThatThrownBy(() -> Store.builder("s").timeout(Duration.ZERO).open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("store 's': timeout(PT0S) must be at least a second");
    }

    /** Only a known id means that the row is there already. */
    @Test
    void aRowThatAnotherUniqueIndexRefusesIsADataError() throws Exception {
        store().insertAll(List.of(row(1, "the same")));
        execute("CREATE UNIQUE INDEX once ON messages(message)");
        List<MessageRow> batch = List.of(row(2, "another"), row(3, "the same"));
        Throwable failure = catchThrowable(() -> store().insertAll(batch));
        assertThat(failure).isInstanceOf(StoreException.class);
        assertThat(Store.isDataError(failure)).isTrue();
        assertThat(store().counts().messages()).isEqualTo(1);
        assertThat(store().insertAll(List.of(row(1, "the same"), row(2, "another"))))
                .as("known by its id, and new")
                .isEqualTo(1);

        store().insertDeadLetter(deadLetter(1));
        execute("CREATE UNIQUE INDEX once_dead ON dead_letters(source)");
        assertThat(Store.isDataError(catchThrowable(() -> store().insertDeadLetter(deadLetter(2)))))
                .isTrue();
        store().insertDeadLetter(deadLetter(1));
        assertThat(store().counts().deadLetters()).isEqualTo(1);
    }
}
