// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.examples.collector.store.PostgresServer;
import io.github.esclusa.examples.collector.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo when its database does not play along: it ends when it should, and reports. */
@Timeout(180)
class DemoIT {

    private static final Duration LONG = Duration.ofSeconds(90);

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
    void aDemoThatIsHeldBackStillEndsAtASignal() throws Exception {
        try (Connection lock = heldDatabase();
                CollectorProcess collector = demo(3_000)) {
            awaitProgress(collector);
            collector.terminate();
            awaitOutput(collector, "stopping, working off");
            collector.terminate(); // the store stays held: waiting longer would change nothing
            assertThat(collector.exitStatus()).isLessThanOrEqualTo(1);
            assertThat(collector.output())
                    .containsPattern("sent [1-9][0-9]*, accepted [1-9]")
                    .contains("was not counted, because of the second signal")
                    .endsWith("\"balanced\":true}\n");
            assertThat(collector.balance("accepted")).isPositive();
        }
    }

    @Test
    void aDemoThatIsHeldBackEndsWhenItsTimeIsUpAndWorksOffTheRest() throws Exception {
        Connection lock = heldDatabase();
        try (CollectorProcess collector = demo(1)) {
            try (lock) {
                awaitOutput(collector, "stopping, working off");
            }
            assertThat(collector.exitStatus()).isZero();
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
