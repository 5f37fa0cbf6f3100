// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes in at its edges, and how the collector ends, as a process. */
@Timeout(120)
class CollectorEndsIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HEADER = "<13>1 2026-01-01T00:00:00Z host app - - - ";
    private static final int LIMIT = 64 * 1024;

    @TempDir
    Path directory = Path.of(".");

    @Test
    void whatIsTooLongOrLiesIsADeadLetter() throws Exception {
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of(), "--writers", "3")) {
            assertThat(collector.errors())
                    .contains("collector: --writers 3: SQLite has one writer, so there is one.\n")
                    .contains("/, 1 writer into jdbc:sqlite:collector.db\n");
            String tooLong = HEADER + "x".repeat(LIMIT);
            Clients.send(collector.tcpPort(), tooLong + "\n" + HEADER + "after the line\n");
            Clients.send(collector.tcpPort(), counted(tooLong) + counted(HEADER + "after the count"));
            Clients.send(collector.tcpPort(), "500 " + HEADER + "shorter than it says");
            Clients.send(collector.tcpPort(), "12x " + HEADER + "no number\n");
            await().atMost(LONG).until(() -> stored.messages() == 2 && stored.deadLetters() == 4);
            String behind =
                    ("bye" + counted(HEADER + "behind a count too short").repeat(LIMIT / 60)).substring(0, LIMIT);
            String first = counted(HEADER + "good");
            try (Socket lying = Clients.connect(collector.tcpPort())) {
                double before = collector.scrape().sum("collector_tcp_received_bytes_total");
                OutputStream to = lying.getOutputStream();
                to.write((first + behind).getBytes(StandardCharsets.US_ASCII));
                await().atMost(LONG)
                        .until(() -> collector.scrape().sum("collector_tcp_received_bytes_total")
                                == before + first.length() + LIMIT);
                to.write("and what nobody understands any more".getBytes(StandardCharsets.US_ASCII));
                assertThat(lying.getInputStream().read()).isEqualTo(-1);
            }
            await().atMost(LONG).until(() -> stored.deadLetters() == 6);
            assertThat(stored.text("SELECT group_concat(CAST(raw AS TEXT), '') FROM (SELECT raw FROM dead_letters"
                            + " WHERE reason LIKE '%out of sync with the octet counts before it' ORDER BY id)"))
                    .isEqualTo(behind + "and what nobody understands any more");
            assertThat(collector.settled("delivered")).isEqualTo(3);
            assertThat(stored.number("SELECT count(*) FROM messages WHERE message LIKE 'after the %'"))
                    .isEqualTo(2);
            assertThat(stored.number("SELECT count(*) FROM dead_letters WHERE length(raw) = " + LIMIT
                            + " AND reason LIKE 'longer than the limit of 65536 bytes%'"))
                    .isEqualTo(3);
            assertThat(new String(
                            stored.bytes("SELECT raw FROM dead_letters WHERE raw LIKE '%shorter than it says'"),
                            StandardCharsets.US_ASCII))
                    .isEqualTo(HEADER + "shorter than it says");
            assertThat(stored.number("SELECT count(*) FROM dead_letters WHERE raw LIKE '12x %'"))
                    .isEqualTo(1);

            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("accepted")).isEqualTo(9);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
        }
    }

    /** As Ctrl-C does. What has been accepted waits in a batch that has a minute to fill. */
    @Test
    void anInterruptEndsInOrder() throws Exception {
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of(), "--linger", "60000")) {
            assumeTrue(
                    collector.isInterruptible(), "SIGINT is ignored by whoever runs these tests, and env is too old");
            Clients.send(collector.tcpPort(), HEADER + "not written yet\n");
            await().atMost(LONG).until(() -> collector.accepted("tcp") == 1);
            collector.interrupt();
            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.errors()).contains("stopping");
            assertThat(collector.balance("delivered")).isEqualTo(1);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
            assertThat(Stored.in(directory).messages()).isEqualTo(1);
        }
    }

    private static String counted(String message) {
        return message.length() + " " + message;
    }

    /** The store stands still, with a batch in it: that is what nobody can know of. */
    @Test
    void whatIsUnknownIsExitOne() throws Exception {
        int sent = 100;
        try (CollectorProcess collector = CollectorProcess.startReady(
                        directory, List.of(), "--capacity", "100", "--batch", "10", "--linger", "60000");
                Connection lock = Stored.in(directory).connect()) {
            lock.createStatement().execute("BEGIN IMMEDIATE");
            Clients.send(collector.tcpPort(), (HEADER + "held\n").repeat(sent));
            await().atMost(LONG)
                    .until(() -> collector.accepted("tcp") == sent
                            && collector.scrape().sum("esclusa_pipeline_active_messages", "stage=\"store\"") == 10);
            collector.terminate();
            await().atMost(LONG).until(() -> collector.errors().contains("stopping"));
            collector.terminate();
            assertThat(collector.exitStatus()).isEqualTo(1);
            assertThat(collector.balance("unknown")).isEqualTo(10);
            assertThat(collector.errors()).contains("10 accepted messages may or may not have been written");
            assertThat(collector.balance("returned") + collector.balance("unknown"))
                    .isEqualTo(sent);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
        }
    }
}
