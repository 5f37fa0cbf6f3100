// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.examples.collector.store.PostgresServer;
import io.github.esclusa.examples.collector.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo: what it sends, and what it says of that; it ends when it should, also when its database does not play along. */
@Timeout(180)
class DemoIT {

    private static final Duration LONG = Duration.ofSeconds(90);

    /** Half of what may pass before all is read that was sent: what ends so soon has not waited for that. */
    private static final Duration AT_ONCE = Collector.DRAIN_TIMEOUT.dividedBy(2);

    @TempDir
    Path directory = Path.of(".");

    /** Its memory is full within the first burst, so that the sender is held back in a write. */
    private CollectorProcess demo(int seconds) throws Exception {
        return CollectorProcess.start(
                directory,
                List.of("-Xmx256m"),
                "--demo=" + seconds,
                "--max-memory",
                "2",
                "--db",
                Stored.in(directory).url());
    }

    private Connection heldDatabase() throws Exception {
        Store.builder("tables").url(Stored.in(directory).url()).open().close();
        Connection lock = Stored.in(directory).connect();
        lock.createStatement().execute("BEGIN IMMEDIATE");
        return lock;
    }

    private static void awaitOutput(CollectorProcess collector, String text) {
        await().atMost(LONG).until(() -> collector.output().contains(text));
    }

    private static void awaitProgress(CollectorProcess collector) {
        Pattern line = Pattern.compile("(?m)^ *[0-9]+[.][0-9] s +[0-9]");
        await().atMost(LONG).until(() -> line.matcher(collector.output()).find());
    }

    @Test
    void itSendsBothFormatsAndBrokenMessagesOverBothTransports() throws Exception {
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector =
                CollectorProcess.start(directory, List.of(), "--demo=2", "--db", stored.url())) {
            assertThat(collector.exitStatus(LONG)).isZero();
            String overUdp = "message LIKE 'request % over udp took %'";
            String overTcp = "message LIKE 'request % over tcp took %'";
            for (String transport : List.of(overUdp, overTcp)) {
                for (String format : List.of("structured_data LIKE '[demo@%'", "structured_data IS NULL")) {
                    assertThat(stored.number("SELECT count(*) FROM messages WHERE " + transport + " AND " + format))
                            .as(transport + ", " + format)
                            .isPositive();
                }
            }
            String broken =
                    "SELECT count(*) FROM dead_letters WHERE CAST(raw AS TEXT) = '<999>this is not syslog' AND source";
            long brokenOverTcp = stored.number(broken + " LIKE 'tcp/127.0.0.1:%'");
            assertThat(brokenOverTcp).isPositive();
            assertThat(stored.number(broken + " LIKE 'udp/127.0.0.1:%'")).isPositive();
            assertThat(stored.number("SELECT count(*) FROM messages WHERE " + overTcp) + brokenOverTcp)
                    .as("over TCP nothing is lost")
                    .isEqualTo(told(collector, "over TCP sent (\\d+)"))
                    .isEqualTo(told(collector, "over TCP sent \\d+, accepted (\\d+);"));
        }
    }

    @Test
    void aDemoWithoutADatabaseThrowsItsOwnAway() throws Exception {
        try (CollectorProcess collector = CollectorProcess.start(directory, List.of(), "--demo=1")) {
            assertThat(collector.exitStatus()).isZero();
            assertThat(told(collector, "holds (\\d+) messages"))
                    .isEqualTo(collector.balance("delivered"))
                    .isPositive();
            assertThat(told(collector, "and (\\d+) dead letters"))
                    .isEqualTo(collector.balance("deadLettered"))
                    .isPositive();
            assertThat(Path.of(found(collector, "into jdbc:sqlite:(\\S+esclusa-demo\\d+)/demo[.]db")))
                    .doesNotExist();
            assertThat(collector.errors()).doesNotContain("could not remove");
        }
    }

    private static long told(CollectorProcess collector, String number) throws IOException {
        return Long.parseLong(found(collector, number));
    }

    private static String found(CollectorProcess collector, String regex) throws IOException {
        Matcher matcher = Pattern.compile(regex).matcher(collector.output());
        assertThat(matcher.find()).as(regex + " in " + collector.output()).isTrue();
        return matcher.group(1);
    }

    @Test
    void aDemoThatIsHeldBackStillEndsAtASignal() throws Exception {
        try (Connection lock = heldDatabase();
                CollectorProcess collector = demo(3_000)) {
            awaitProgress(collector);
            collector.terminate();
            awaitOutput(collector, "no more is sent");
            collector.terminate(); // the store stays held: waiting longer would change nothing
            assertThat(collector.exitStatus(AT_ONCE)).isLessThanOrEqualTo(1);
            assertThat(collector.output())
                    .containsPattern("over TCP sent [1-9][0-9]*, accepted [1-9][0-9]* .the rest had not been read when")
                    .contains("was not counted, because of the second signal")
                    .endsWith("\"balanced\":true}\n");
            assertThat(collector.balance("accepted")).isPositive();
        }
    }

    @Test
    void aDemoThatIsHeldBackEndsWhenItsTimeIsUpAndReadsAndWorksOffTheRest() throws Exception {
        Connection lock = heldDatabase();
        try (CollectorProcess collector = demo(1)) {
            try (lock) {
                awaitOutput(collector, "no more is sent"); // a part of it waits in the sockets, and in the sender
            }
            assertThat(collector.exitStatus(LONG)).isZero();
            assertThat(told(collector, "over TCP sent \\d+, accepted (\\d+);"))
                    .isEqualTo(told(collector, "over TCP sent (\\d+)"));
            assertThat(collector.balance("accepted"))
                    .isEqualTo(collector.balance("delivered")
                            + collector.balance("deadLettered")
                            + collector.balance("dropped"));
        }
    }

    /** It can be filled, but not be read any more. */
    @Test
    void theDemoReportsThoughItsDatabaseIsGone() throws Exception {
        try (PostgresServer server = new PostgresServer(directory.resolve("data"))) {
            server.createDatabase("demo");
            Stored stored = new Stored(server.url("demo"));
            execute(stored, "CREATE ROLE demo LOGIN; GRANT ALL ON SCHEMA public TO demo");
            String url = stored.url().replace("user=postgres", "user=demo&password=s3cret");
            try (CollectorProcess collector =
                    CollectorProcess.start(directory, List.of(), "--demo=3000", "--db", url)) {
                awaitProgress(collector);
                execute(stored, "REVOKE SELECT ON messages FROM demo");
                collector.terminate();
                assertThat(collector.exitStatus()).isZero();
                assertThat(collector.output())
                        .contains("what the database holds could not be counted: cannot count")
                        .contains("permission denied")
                        .endsWith("\"balanced\":true}\n");
                assertThat(collector.output() + collector.errors())
                        .contains("&password=***")
                        .doesNotContain("s3cret");
            }
        }
    }

    private static void execute(Stored stored, String sql) throws Exception {
        try (Connection connection = stored.connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
