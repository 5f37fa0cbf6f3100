// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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

    private static final List<String> LOGGER_OPTIONS = List.of(
            "-T --rfc5424",
            "-T --rfc3164",
            "-T --octet-count --rfc5424",
            "-T --octet-count --rfc3164",
            "-d --rfc5424",
            "-d --rfc3164",
            "-d --octet-count --rfc5424",
            "-d --octet-count --rfc3164");

    /** By their numbers. */
    private static final List<String> SEVERITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private static final Pattern TIME_QUALITY =
            Pattern.compile("^\\[timeQuality tzKnown=\"1\" isSynced=\"(0|1\" syncAccuracy=\"\\d+)\"]");

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
                                    + collector.scrape().sum("collector_udp_kernel_drops_total")
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

    /** Every field of every message, a file's lines among them; of the clock's state, which logger tells, only the form. */
    @Test
    void whatLoggerSendsIsStoredFieldByField() throws Exception {
        Clients.assumeLogger();
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS); // RFC 3164 knows seconds only
        List<List<@Nullable String>> sent = new ArrayList<>();
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            for (int i = 0; i < LOGGER_OPTIONS.size(); i++) {
                sent.add(sendMessage(collector, LOGGER_OPTIONS.get(i), i));
            }
            for (int i = 0; i < LOGGER_OPTIONS.size(); i++) {
                sent.addAll(sendFile(collector, LOGGER_OPTIONS.get(i), i));
            }
            await().atMost(LONG).until(() -> stored.messages() + stored.deadLetters() == sent.size());
        }
        assertThat(stored.rows("SELECT reason, raw FROM dead_letters")).isEmpty();
        List<List<@Nullable String>> rows =
                stored.rows("SELECT app, facility, severity, host, procid, msgid, structured_data, message"
                        + " FROM messages ORDER BY app, id");
        rows.forEach(row -> row.replaceAll(CollectorClientsIT::withoutStateOfTheClock));
        assertThat(rows).containsExactlyElementsOf(sent);
        assertThat(stored.rows("SELECT sent_at FROM messages"))
                .allSatisfy(row -> assertThat(Instant.parse(String.valueOf(row.get(0))))
                        .isBetween(before.minusSeconds(2), Instant.now().plusSeconds(2)));
    }

    /** Each with a facility and a severity of its own; a process id that is given, or logger's. */
    private static List<@Nullable String> sendMessage(CollectorProcess collector, String options, int number)
            throws Exception {
        String app = "app" + number;
        String text = "message " + number + ": grüße, a[1] \"b\" \\ <9> c";
        List<String> command = command(collector, options, app);
        command.addAll(List.of("-p", "local" + number + "." + SEVERITIES.get(number)));
        String given = number % 3 == 0 ? null : "471" + number;
        command.add(given == null ? "-i" : "--id=" + given);
        boolean rfc5424 = options.contains("5424");
        if (rfc5424) {
            command.addAll(List.of("--msgid", "M" + number, "--sd-id", "z@1", "--sd-param", "k=\"" + number + "\""));
        }
        command.add(text);
        long pid = Clients.logger(command);
        return Arrays.asList(
                app,
                String.valueOf(16 + number),
                String.valueOf(number),
                host(options),
                given == null ? String.valueOf(pid) : given,
                rfc5424 ? "M" + number : null,
                rfc5424 ? "[timeQuality][z@1 k=\"" + number + "\"]" : null,
                text);
    }

    /** With nothing but the lines: the rest is logger's own choice. */
    private List<List<@Nullable String>> sendFile(CollectorProcess collector, String options, int number)
            throws Exception {
        String app = "file" + number;
        List<String> lines = List.of(options + ", one", "grüße, two", "<9> three");
        List<String> command = command(collector, options, app);
        command.addAll(List.of("-f", Files.write(directory.resolve(app), lines).toString()));
        Clients.logger(command);
        String data = options.contains("5424") ? "[timeQuality]" : null;
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (String line : lines) {
            rows.add(Arrays.asList(app, "1", "5", host(options), null, null, data, line));
        }
        return rows;
    }

    private static List<String> command(CollectorProcess collector, String options, String app) throws Exception {
        int port = options.startsWith("-d") ? collector.udpPort() : collector.tcpPort();
        List<String> command = new ArrayList<>(List.of("-P", String.valueOf(port), "-t", app));
        command.addAll(List.of(options.split(" ", -1)));
        return command;
    }

    /** What logger takes the machine's name for: in the old format without its domain. */
    private static String host(String options) throws IOException {
        String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        return options.contains("3164") ? name.split("\\.", 2)[0] : name;
    }

    private static @Nullable String withoutStateOfTheClock(@Nullable String column) {
        return column == null ? null : TIME_QUALITY.matcher(column).replaceFirst("[timeQuality]");
    }
}
