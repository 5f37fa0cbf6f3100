// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The collector as a process, and those who send to it in real life. */
@Timeout(180)
class CollectorClientsIT {

    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    Path directory = Path.of(".");

    private Stored stored = new Stored("");

    @BeforeEach
    void database() {
        stored = Stored.in(directory);
    }

    /** Counted frames, and frames that end with a line. */
    @ParameterizedTest
    @ValueSource(strings = {"counted", "lines"})
    void whatLoggenSendsOverTcpIsStoredEachMessageOnce(String framing) throws Exception {
        Clients.assumeLoggen();
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            long sent = 200_000;
            String[] options = {"-S", "-P", "-r", "1000000", "-n", "100000", "--active-connections", "2", "-F"};
            int count = framing.equals("lines") ? options.length : options.length - 1;
            Process loggen = Clients.loggen(
                    directory,
                    collector.tcpPort(),
                    List.of(options).subList(0, count).toArray(String[]::new));
            assertThat(loggen.waitFor()).isZero();
            await().atMost(LONG).until(() -> stored.messages() == sent);
            collector.terminate();

            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("accepted")).isEqualTo(sent);
            assertThat(collector.balance("delivered")).isEqualTo(sent);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
            assertThat(stored.distinctSequences()).isEqualTo(sent);
            assertThat(stored.deadLetters()).isZero();
        }
    }

    @Test
    void terminatedInTheMiddleTheRowsAreWhatTheReportSays() throws Exception {
        Clients.assumeLoggen();
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            Process loggen =
                    Clients.loggen(directory, collector.tcpPort(), "-S", "-P", "-r", "1000000", "-n", "2000000");
            await().atMost(LONG).until(() -> stored.messages() > 20_000);
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            loggen.destroy();

            long delivered = collector.balance("delivered");
            assertThat(delivered).isGreaterThan(20_000).isLessThan(2_000_000);
            assertThat(stored.messages()).isEqualTo(delivered).isEqualTo(collector.balance("accepted"));
            assertThat(stored.distinctSequences()).isEqualTo(delivered);
        }
    }

    /** What is lost on the way is known: dropped by the policy, or, as far as the system tells, by the kernel. */
    @Test
    void whatLoggenSendsOverUdpIsStoredOrCounted() throws Exception {
        Clients.assumeLoggen();
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            long sent = 50_000;
            Process loggen = Clients.loggen(
                    directory, collector.udpPort(), "-D", "-P", "-F", "-r", "1000000", "-n", String.valueOf(sent));
            assertThat(loggen.waitFor()).isZero();
            await().atMost(LONG)
                    .until(() -> collector.settled("delivered")
                                    + collector.settled("dropped")
                                    + collector.scrape().sum("collector_udp_refused_messages_total")
                                    + collector.scrape().sum("collector_udp_kernel_drops_messages")
                            == sent);
            collector.terminate();

            assertThat(collector.exitStatus()).isZero();
            assertThat(stored.messages())
                    .isEqualTo(collector.balance("delivered"))
                    .isEqualTo(collector.balance("accepted") - collector.balance("dropped"))
                    .isGreaterThan(sent / 10);
            assertThat(stored.distinctSequences()).isEqualTo(stored.messages());
            assertThat(stored.deadLetters()).isZero();
        }
    }

    @Test
    void whatLoggerSendsIsStoredFieldByField() throws Exception {
        Clients.assumeLogger();
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            String tcp = String.valueOf(collector.tcpPort());
            String udp = String.valueOf(collector.udpPort());
            Clients.logger("-T", "-P", tcp, "--rfc5424", "-p", "local3.warning", "-t", "first", "tcp five");
            Clients.logger("-T", "-P", tcp, "--rfc5424", "--octet-count", "-t", "second", "tcp counted");
            Clients.logger("-T", "-P", tcp, "--rfc3164", "-t", "third", "tcp three");
            Clients.logger("-d", "-P", udp, "--rfc5424", "-t", "fourth", "udp five");
            Clients.logger("-d", "-P", udp, "--rfc3164", "-t", "fifth", "udp three");
            Path lines = Files.writeString(directory.resolve("lines"), "from a file, one\nfrom a file, two\n");
            Clients.logger("-T", "-P", tcp, "--rfc5424", "-t", "sixth", "-f", lines.toString());
            Clients.logger("-T", "-P", tcp, "--rfc3164", "--octet-count", "-t", "seventh", "tcp three counted");
            await().atMost(LONG).until(() -> stored.messages() == 8);
            assertThat(stored.text("SELECT message FROM messages WHERE app = 'second'"))
                    .isEqualTo("tcp counted");
            assertThat(stored.text("SELECT message FROM messages WHERE app = 'seventh'"))
                    .isEqualTo("tcp three counted");
            assertThat(stored.text(
                            "SELECT facility || '.' || severity || ' ' || message FROM messages WHERE app = 'first'"))
                    .isEqualTo("19.4 tcp five");
            assertThat(stored.text("SELECT message FROM messages WHERE app = 'third'"))
                    .isEqualTo("tcp three");
            assertThat(stored.text("SELECT count(*) FROM messages WHERE app = 'sixth'"))
                    .isEqualTo("2");
            assertThat(stored.text("SELECT count(*) FROM messages WHERE sent_at IS NULL OR host IS NULL"))
                    .isEqualTo("0");
        }
    }
}
