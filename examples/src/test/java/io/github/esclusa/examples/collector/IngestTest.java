// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ObjectArrays;
import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.cli.CollectorOptions;
import io.github.esclusa.examples.collector.cli.CommandLineOutcome;
import io.github.esclusa.examples.collector.store.Store;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.pipeline.Inlet;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pipeline in front of a real SQLite file whose tables somebody else has made, with rules of their own. */
@Timeout(120)
class IngestTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HEADER = "<13>1 2026-01-01T00:00:00Z h a - - - ";

    private static final int REFUSED = 40;

    private static final int PLAIN = 50;

    private static final String MESSAGES = """
            CREATE TABLE messages(
              id INTEGER PRIMARY KEY, received_at TEXT, facility INTEGER, severity INTEGER, sent_at TEXT, host TEXT,
              app TEXT, procid TEXT, msgid TEXT, structured_data TEXT,
              message TEXT CHECK (message NOT LIKE 'bad%' AND message NOT LIKE 'worse%'))""";

    private static final String DEAD_LETTERS = """
            CREATE TABLE dead_letters(
              id INTEGER PRIMARY KEY, received_at TEXT, source TEXT, reason TEXT,
              raw BLOB CHECK (instr(raw, CAST('worse' AS BLOB)) = 0))""";

    @TempDir
    Path directory = Path.of(".");

    private Stored stored = new Stored("");
    private long ids;

    @BeforeEach
    void makeTables() throws Exception {
        stored = Stored.in(directory);
        execute(MESSAGES, DEAD_LETTERS);
    }

    private void execute(String... statements) throws Exception {
        try (Connection connection = stored.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> texts(String sql) throws Exception {
        List<String> texts = new ArrayList<>();
        try (Connection connection = stored.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    private CollectorConfig config(String... more) {
        String[] options = ObjectArrays.concat(new String[] {"--db", stored.url()}, more, String.class);
        PrintWriter err = new PrintWriter(new StringWriter());
        return ((CommandLineOutcome.Run) CollectorOptions.parse(options, err, err)).config();
    }

    private Frame frame(String message) {
        return new Frame(++ids, 1_000_000 * ids, "tcp/a test", (HEADER + message).getBytes(US_ASCII), null);
    }

    private void submit(Inlet<Frame> inlet, String message) throws InterruptedException {
        assertThat(inlet.submit(frame(message))).isEqualTo(Admission.ACCEPTED);
    }

    @Test
    void aRowThatIsRefusedIsADeadLetterAlone() throws Exception {
        CollectorConfig config = config("--capacity", "100", "--batch", "10");
        try (Store store = Store.builder("connections").url(stored.url()).open();
                Pipeline<Frame> pipeline = Ingest.start(config, store, new SimpleMeterRegistry())) {
            Inlet<Frame> inlet = pipeline.inlet(Ingest.TCP);
            List<String> good = new ArrayList<>();
            List<String> bad = new ArrayList<>();
            for (int i = 0; i < REFUSED; i++) {
                good.add("good " + i);
                bad.add(HEADER + "bad " + i);
                submit(inlet, "bad " + i);
                submit(inlet, "good " + i);
                submit(inlet, "worse " + i); // its dead letter is refused as well
            }
            await().atMost(LONG).untilAsserted(() -> assertThat(List.of(
                            pipeline.settled(Outcome.DELIVERED),
                            pipeline.settled(Outcome.DEAD_LETTERED),
                            pipeline.settled(Outcome.FAILED)))
                    .containsOnly((long) REFUSED));
            assertThat(texts("SELECT message FROM messages ORDER BY id")).isEqualTo(good);
            assertThat(texts("SELECT CAST(raw AS TEXT) FROM dead_letters ORDER BY id"))
                    .isEqualTo(bad);
            assertThat(texts("SELECT DISTINCT source FROM dead_letters")).containsExactly("tcp/a test");
            assertThat(texts("SELECT reason FROM dead_letters")).allMatch(reason -> reason.contains("CHECK"));

            // One whose dead letter is refused at first, and not because of what is in it.
            execute("ALTER TABLE dead_letters RENAME TO elsewhere");
            submit(inlet, "bad for a while");
            await().atMost(LONG).until(() -> store.outage() != null);
            execute("ALTER TABLE elsewhere RENAME TO dead_letters");
            await().atMost(LONG).until(() -> pipeline.settled(Outcome.DEAD_LETTERED) == REFUSED + 1);

            for (int i = 0; i < PLAIN; i++) { // stored in whole batches
                submit(inlet, "plain " + i);
            }
            await().atMost(LONG).until(() -> pipeline.settled(Outcome.DELIVERED) == REFUSED + PLAIN);

            assertThat(BalanceLine.of(pipeline.shutdown(LONG)))
                    .isEqualTo("{\"accepted\":171,\"delivered\":90,\"filtered\":0,\"failed\":40,\"deadLettered\":41,"
                            + "\"dropped\":0,\"returned\":0,\"unknown\":0,\"balanced\":true}");
            assertThat(stored.messages()).isEqualTo(REFUSED + PLAIN);
            assertThat(stored.deadLetters()).isEqualTo(REFUSED + 1);
        }
    }

    /** Whether it is the number of messages that is at its bound, or their weight. */
    @ParameterizedTest
    @CsvSource({"100, 64", "100000, 1"})
    void datagramsDropTheOldestWhileTheStoreStandsStillAndTheNewestIsKept(int capacity, int memoryMegabytes)
            throws Exception {
        CollectorConfig config = config(
                "--capacity",
                String.valueOf(capacity),
                "--batch",
                "100",
                "--max-memory",
                String.valueOf(memoryMegabytes));
        try (Store store = Store.builder("connections").url(stored.url()).open();
                Pipeline<Frame> pipeline = Ingest.start(config, store, new SimpleMeterRegistry())) {
            Inlet<Frame> inlet = pipeline.inlet(Ingest.UDP);
            try (Connection lock = stored.connect()) {
                lock.createStatement().execute("BEGIN IMMEDIATE");
                while (pipeline.settled(Outcome.DROPPED) < 1_000) {
                    submit(inlet, "x".repeat(1_000));
                }
                submit(inlet, "the newest");
            }
            assertThat(pipeline.shutdown(LONG).complete()).isTrue();
            assertThat(texts("SELECT message FROM messages WHERE message NOT LIKE 'x%'"))
                    .containsExactly("the newest");
        }
    }
}
