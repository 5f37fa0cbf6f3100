// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The collector as a process: its real clients, its signals, its exit status, its balance against the database. */
@Timeout(180)
class CollectorIT {

    private static final Duration LONG = Duration.ofSeconds(90);

    /** Half of what a drain may take: what ends so soon has not waited for that. */
    private static final Duration AT_ONCE = Collector.DRAIN_TIMEOUT.dividedBy(2);

    @TempDir
    Path directory = Path.of(".");

    @Test
    void aSecondSignalEndsAtOnceAndStillReports() throws Exception {
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of(), "--linger", "20");
                Connection lock = Stored.in(directory).connect()) {
            lock.createStatement().execute("BEGIN IMMEDIATE"); // the store is held still: nothing can drain
            Clients.send(collector.tcpPort(), "<13>1 2026-01-01T00:00:00Z h a - - - held back\n");
            Awaitility.await().atMost(LONG).until(() -> collector.accepted("tcp") == 1);
            collector.terminate();
            Awaitility.await().atMost(LONG).until(() -> collector.errors().contains("stopping"));
            Awaitility.await().atMost(LONG).until(() -> collector.health().contains("DRAINING"));
            assertThat(collector.health())
                    .startsWith("{\"state\":\"NOT_READY\",\"ok\":false,\"reasons\":[\"the pipeline is DRAINING\"");
            collector.terminate();
            int status = collector.exitStatus(AT_ONCE);
            assertThat(status).isEqualTo(collector.statusOfTheBalance());
            assertThat(collector.balance("accepted")).isEqualTo(1);
            assertThat(collector.balance("returned") + collector.balance("unknown"))
                    .isEqualTo(1);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
        }
    }

    @Test
    void whatCannotBeParsedIsKeptWithItsReasonAndItsBytes() throws Exception {
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            Clients.send(collector.tcpPort(), "no priority here\n<13>1 2026-01-01T00:00:00Z - - - - - good\n");
            Stored stored = Stored.in(directory);
            Awaitility.await().atMost(LONG).until(() -> stored.messages() == 1 && stored.deadLetters() == 1);
            assertThat(stored.text("SELECT CAST(raw AS TEXT) FROM dead_letters"))
                    .isEqualTo("no priority here");
            assertThat(stored.text("SELECT reason FROM dead_letters")).isNotBlank();
            // The lock that shares transactions out among dead letters is the one whose waits the page shows.
            assertThat(collector.scrape().sum("esclusa_lock_acquisitions_total", "name=\"database-dead-letters\""))
                    .isPositive();
            assertThat(stored.text("SELECT count(*) FROM messages WHERE host IS NULL AND app IS NULL"))
                    .isEqualTo("1");
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("deadLettered")).isEqualTo(1);
        }
    }

    @Test
    void aPortInUseEndsWithOneClearLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CollectorProcess collector = CollectorProcess.start(
                        directory,
                        List.of(),
                        "--udp",
                        "0",
                        "--http",
                        "0",
                        "--tcp",
                        String.valueOf(taken.getLocalPort()))) {
            assertThat(collector.exitStatus()).isEqualTo(1);
            assertThat(collector.errors())
                    .contains("could not start")
                    .contains(String.valueOf(taken.getLocalPort()))
                    .doesNotContain("\tat ");
            assertThat(collector.output()).isEmpty();
        }
    }

    @Test
    void aFileThatIsNoDatabaseEndsWithOneClearLine() throws Exception {
        Files.writeString(
                directory.resolve("collector.db"), "this is not a database, it is a text of some length\n".repeat(50));
        try (CollectorProcess collector =
                CollectorProcess.start(directory, List.of(), "--udp", "0", "--tcp", "0", "--http", "0")) {
            CollectorStartIT.assertOneMessage(collector, "collector.db");
        }
    }

    @Test
    void aWrongOptionIsExitTwo() throws Exception {
        try (CollectorProcess collector = CollectorProcess.start(directory, List.of(), "--capacity", "0")) {
            assertThat(collector.exitStatus()).isEqualTo(2);
            assertThat(collector.errors()).contains("--capacity").contains("0").doesNotContain("\tat ");
        }
    }
}
