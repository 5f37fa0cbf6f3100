// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static io.github.esclusa.examples.collector.store.Rows.row;
import static io.github.esclusa.examples.collector.store.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path folder;

    @Override
    String url() {
        return "jdbc:sqlite:" + folder.resolve("test.db");
    }

    @Override
    String timestampAsText(String column) {
        return column;
    }

    @Override
    String createMessagesWithRule() {
        return "CREATE TABLE messages(id INTEGER PRIMARY KEY, received_at, facility, severity, sent_at, host, app, procid,"
                + " msgid, structured_data, message CHECK (length(message) <= 20))";
    }

    @Test
    void whatWasCommittedIsOnTheDisk() throws Exception {
        try (Writer writer = Dialect.of(url()).connect(Duration.ofSeconds(1));
                Statement statement = writer.connection().createStatement();
                ResultSet pragmas = statement.executeQuery(
                        "SELECT * FROM pragma_journal_mode, pragma_synchronous, pragma_busy_timeout")) {
            pragmas.next();
            assertThat(pragmas.getString(1)).isEqualTo("wal");
            assertThat(pragmas.getInt(2)).as("FULL").isEqualTo(2);
            assertThat(pragmas.getInt(3)).as("ms").isEqualTo(1_000);
        }
    }

    @Test
    void thereIsOneWriterHoweverManyAreAskedFor() throws Exception {
        assertThat(Store.writers(url(), 8)).isEqualTo(1);
        assertThat(store().writers()).isEqualTo(1);
    }

    @Test
    void nulInATextIsStored() throws Exception {
        store().insertAll(List.of(row(1, "a\0b")));
        assertThat(query("SELECT hex(message) FROM messages")).isEqualTo("610062");
    }

    @Test
    void aFileThatIsNoDatabaseIsLeftAloneAndNamed() throws Exception {
        Path file = folder.resolve("test.db");
        String text = "Dear diary, ".repeat(1_000);
        Files.writeString(file, text);

        assertThatThrownBy(this::store)
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("cannot open the database " + url() + ": ")
                .hasMessageContaining("not a database")
                .hasMessageEndingWith("name another file, or move this one away")
                .hasMessageNotContaining("\n");
        assertThat(file).hasContent(text);
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        String url = "jdbc:sqlite:" + folder.resolve("missing/test.db");
        assertThatThrownBy(() -> Store.builder("s").url(url).open())
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("cannot open the database " + url + ": ");
    }

    @Test
    void aFolderInPlaceOfTheFileIsExplained() {
        assertThatThrownBy(() -> Store.builder("s").url("jdbc:sqlite:" + folder).open())
                .isInstanceOf(StoreException.class)
                .hasMessageEndingWith(
                        "does its folder exist, may this user write there, and is it not a folder itself?");
    }

    @Test
    void aPlaceThatDoesNotLastIsRefused() {
        for (String place : List.of("", " ", ":memory:", "?cache=shared", "file:x?mode=memory")) {
            assertThatThrownBy(() -> Store.writers("jdbc:sqlite:" + place, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("--db jdbc:sqlite:" + place + ": names no file")
                    .hasMessageEndingWith("allowed: jdbc:sqlite:FILE");
        }
    }

    @Test
    void aFullDatabaseIsTheDatabasesFaultAndRecovers() throws Exception {
        try (Store small =
                Store.builder("small").url(url() + "?max_page_count=64").open()) {
            Throwable failure = catchThrowable(() -> {
                for (int i = 0; i < 64; i++) {
                    small.insertAll(rows(1 + i * 100L, 100));
                }
            });
            assertThat(failure)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("SQLITE_FULL")
                    .hasMessageEndingWith("make room on its disk");
            assertThat(Store.isDataError(failure)).isFalse();
            assertThat(small.counts().messages()).as("whole batches only").isPositive();
            assertThat(small.counts().messages() % 100).isZero();

            execute("DELETE FROM messages");
            assertThat(small.insertAll(rows(1, 100))).isEqualTo(100);
        }
    }

    @Test
    void anotherProcessHoldingTheLockIsWaitedForAndThenReported() throws Exception {
        try (Store waiting = Store.builder("w")
                        .url(url())
                        .timeout(Duration.ofSeconds(1))
                        .open();
                Connection other = DriverManager.getConnection(url());
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            Throwable failure = catchThrowable(() -> waiting.insertAll(rows(1, 10)));
            assertThat(failure)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("SQLITE_BUSY")
                    .hasMessageEndingWith("another process holds its write lock: let that one end");
            assertThat(Store.isDataError(failure)).isFalse();

            statement.execute("COMMIT");
            assertThat(waiting.insertAll(rows(1, 10))).isEqualTo(10);
        }
    }

    /** However its URL spells the file; one that knows nothing of claims reads and writes as before. */
    @Test
    void aFileIsOneStoresAtATime() throws Exception {
        Store first = store();
        Path file = folder.resolve("test.db");
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
        for (String spelling : List.of(
                file.toString(),
                "file:" + file + "?cache=private",
                file + "?synchronous=OFF",
                file.toUri().toString().replace("test", "%74est"),
                "file:" + file + "?mode=rwc",
                folder + "/../" + folder.getFileName() + "/./test.db",
                Path.of("").toAbsolutePath().relativize(file).toString(),
                link.toString())) {
            assertThatThrownBy(() -> Store.builder("second")
                            .url("jdbc:sqlite:" + spelling)
                            .open())
                    .as(spelling)
                    .isInstanceOf(StoreException.class)
                    .hasMessage("cannot open the database jdbc:sqlite:" + spelling
                            + ": another collector writes to it, and holds the lock on " + file.toRealPath()
                            + ".lock; let that one end, or name another file");
        }
        execute("DELETE FROM messages");
        assertThat(first.insertAll(rows(1, 10))).isEqualTo(10);
        assertThat(query("SELECT count(*) FROM messages")).isEqualTo("10");

        first.close();
        try (Store second = Store.builder("second").url(url()).open()) {
            first.close(); // again: the claim is not its own any more
            assertThatThrownBy(() -> Store.builder("third").url(url()).open()).isInstanceOf(StoreException.class);
            assertThat(second.insertAll(rows(11, 10))).isEqualTo(10);
        }
    }

    /** A second collector would read the highest id, and the COMMIT come after it. */
    @Test
    void aFileIsItsStoresUntilWhatItWritesIsWritten() throws Exception {
        Store first = store();
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch let = new CountDownLatch(1);
        List<MessageRow> slow = new AbstractList<>() {
            private final List<MessageRow> rows = rows(1, 10);

            @Override
            public MessageRow get(int index) {
                writing.countDown();
                try {
                    let.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("nobody interrupts it", e);
                }
                return rows.get(index);
            }

            @Override
            public int size() {
                return rows.size();
            }
        };
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> written = writer.submit(() -> first.insertAll(slow));
            assertThat(writing.await(30, TimeUnit.SECONDS)).isTrue();

            first.close();

            assertThatThrownBy(() -> Store.builder("second").url(url()).open())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("another collector writes to it");
            let.countDown();
            assertThat(written.get(30, TimeUnit.SECONDS)).isEqualTo(10);
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(StoreException.class)
                    .until(() -> {
                        Store.builder("second").url(url()).open().close();
                        return true;
                    });
        } finally {
            let.countDown();
            writer.shutdown();
        }
    }

    @Test
    void aDriversBugIsAnOutageToo() throws Exception {
        Store store = store();
        List<MessageRow> broken = new AbstractList<>() {
            @Override
            public MessageRow get(int index) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public int size() {
                return 1;
            }
        };
        assertThatThrownBy(() -> store.insertAll(broken)).isInstanceOf(IllegalStateException.class);
        assertThat(store.outage()).contains("cannot insert 1 messages into", "on purpose");
        store.insertAll(rows(1, 1));
        assertThat(store.outage()).isNull();
    }

    /** The pool waits for nothing then: its connections are closed later. */
    @Test
    void aFileIsFreeAfterACloseThatWasInterrupted() throws Exception {
        Store first = store();
        Thread.currentThread().interrupt();
        first.close();
        assertThat(Thread.interrupted()).isTrue();
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(StoreException.class)
                .until(() -> {
                    Store.builder("second").url(url()).open().close();
                    return true;
                });
    }

    @Test
    void aStoreThatCouldNotBeOpenedHasNoClaim() throws Exception {
        execute("CREATE TABLE messages(id INTEGER PRIMARY KEY)");
        assertThatThrownBy(this::store).hasMessageContaining("it has a table 'messages'");
        execute("DROP TABLE messages");
        assertThat(store().insertAll(rows(1, 10))).isEqualTo(10);
    }

    @Test
    void aLockThatCannotBeHadIsExplained() throws Exception {
        Path lock = Files.createDirectory(folder.resolve("test.db.lock")).toRealPath();
        assertThatThrownBy(this::store)
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "cannot open the database " + url() + ": the lock on " + lock + " cannot be had: ")
                .hasMessageEndingWith("may this user write that file, and does its file system know locks?");
        Files.delete(lock);
        assertThat(store().insertAll(rows(1, 10))).isEqualTo(10);
    }

    @Test
    void aDatabaseWithoutAFileIsNotClaimed() throws Exception {
        try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertThat(new SqliteDialect("jdbc:sqlite::memory:").claim(new SqliteWriter(memory)))
                    .isSameAs(Claim.NONE);
        }
    }

    @Test
    void othersCanWriteBetweenBatches() throws Exception {
        store().insertAll(rows(1, 10));
        execute("DELETE FROM messages WHERE id <= 5");
        assertThat(store().counts().messages()).isEqualTo(5);
    }
}
