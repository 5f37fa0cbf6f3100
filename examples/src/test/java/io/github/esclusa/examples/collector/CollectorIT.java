// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The collector as a process: its real clients, its signals, its exit status, its balance against the database. */
@Timeout(180)
class CollectorIT {

    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    Path directory = Path.of(".");

    @Test
    void twoHundredThousandMessagesOverTcpAreTwoHundredThousandRows() throws Exception {
        assumeTrue(isInstalled("loggen"), "loggen is not installed (Debian's syslog-ng-core)");
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            long sent = 200_000; // what it is asked for: the count it prints itself may be too low
            assertThat(startLoggen(collector.tcpPort(), "-n", "100000", "--active-connections", "2")
                            .waitFor())
                    .isZero();
            Awaitility.await().atMost(LONG).until(() -> rows("messages") == sent);
            collector.terminate();

            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("accepted")).isEqualTo(sent);
            assertThat(collector.balance("delivered")).isEqualTo(sent);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
            assertThat(distinctSequences()).isEqualTo(sent);
        }
    }

    @Test
    void terminatedInTheMiddleTheRowsAreWhatTheReportSays() throws Exception {
        assumeTrue(isInstalled("loggen"), "loggen is not installed (Debian's syslog-ng-core)");
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            Process loggen = startLoggen(collector.tcpPort(), "-n", "2000000");
            Awaitility.await().atMost(LONG).until(() -> rows("messages") > 20_000);
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            loggen.destroy();

            long delivered = collector.balance("delivered");
            assertThat(delivered).isGreaterThan(20_000).isLessThan(2_000_000);
            assertThat(rows("messages")).isEqualTo(delivered).isEqualTo(collector.balance("accepted"));
            assertThat(distinctSequences()).isEqualTo(delivered);
        }
    }

    @Test
    void aSecondSignalEndsAtOnceAndStillReports() throws Exception {
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of(), "--linger", "20");
                Connection lock = database()) {
            lock.createStatement().execute("BEGIN IMMEDIATE"); // the store is held still: nothing can drain
            send(collector.tcpPort(), "<13>1 2026-01-01T00:00:00Z h a - - - held back\n");
            Awaitility.await().atMost(LONG).until(() -> metrics(collector).contains("outcome=\"accepted\"} 1.0"));
            collector.terminate();
            Awaitility.await().atMost(LONG).until(() -> collector.errors().contains("stopping"));
            collector.terminate();
            assertThat(collector.exitStatus()).isLessThanOrEqualTo(1);
            assertThat(collector.balance("accepted")).isEqualTo(1);
            assertThat(collector.balance("returned") + collector.balance("unknown"))
                    .isEqualTo(1);
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
        }
    }

    @Test
    void whatLoggerSendsIsStoredFieldByField() throws Exception {
        assumeTrue(isInstalled("logger"), "logger is not installed (Debian's bsdutils)");
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            String tcp = String.valueOf(collector.tcpPort());
            String udp = String.valueOf(collector.udpPort());
            logger("-T", "-P", tcp, "--rfc5424", "-p", "local3.warning", "-t", "first", "tcp five");
            logger("-T", "-P", tcp, "--rfc5424", "--octet-count", "-t", "second", "tcp counted");
            logger("-T", "-P", tcp, "--rfc3164", "-t", "third", "tcp three");
            logger("-d", "-P", udp, "--rfc5424", "-t", "fourth", "udp five");
            logger("-d", "-P", udp, "--rfc3164", "-t", "fifth", "udp three");
            Path lines = Files.writeString(directory.resolve("lines"), "from a file, one\nfrom a file, two\n");
            logger("-T", "-P", tcp, "--rfc5424", "-t", "sixth", "-f", lines.toString());
            Awaitility.await().atMost(LONG).until(() -> rows("messages") == 7);
            assertThat(query("SELECT facility || '.' || severity || ' ' || message FROM messages WHERE app = 'first'"))
                    .isEqualTo("19.4 tcp five");
            assertThat(query("SELECT message FROM messages WHERE app = 'third'"))
                    .isEqualTo("tcp three");
            assertThat(query("SELECT count(*) FROM messages WHERE app = 'sixth'"))
                    .isEqualTo("2");
            assertThat(query("SELECT count(*) FROM messages WHERE sent_at IS NULL OR host IS NULL"))
                    .isEqualTo("0");
        }
    }

    @Test
    void whatCannotBeParsedIsKeptWithItsReasonAndItsBytes() throws Exception {
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            send(collector.tcpPort(), "no priority here\n<13>1 2026-01-01T00:00:00Z - - - - - good\n");
            Awaitility.await().atMost(LONG).until(() -> rows("messages") == 1 && rows("dead_letters") == 1);
            assertThat(query("SELECT CAST(raw AS TEXT) FROM dead_letters")).isEqualTo("no priority here");
            assertThat(query("SELECT reason FROM dead_letters")).isNotBlank();
            assertThat(query("SELECT count(*) FROM messages WHERE host IS NULL AND app IS NULL"))
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
            assertThat(collector.exitStatus()).isEqualTo(1);
            assertThat(collector.errors()).contains("could not start").doesNotContain("\tat ");
        }
    }

    @Test
    void aWrongOptionIsExitTwo() throws Exception {
        try (CollectorProcess collector = CollectorProcess.start(directory, List.of(), "--capacity", "0")) {
            assertThat(collector.exitStatus()).isEqualTo(2);
            assertThat(collector.errors()).contains("--capacity").contains("0").doesNotContain("\tat ");
        }
    }

    @Test
    void theDemoBalancesWithItsDatabase() throws Exception {
        try (CollectorProcess collector = CollectorProcess.start(directory, List.of(), "--demo=2")) {
            assertThat(collector.exitStatus()).isZero();
            Matcher held = Pattern.compile("holds (\\d+) messages and (\\d+) dead letters")
                    .matcher(collector.output());
            assertThat(held.find()).isTrue();
            assertThat(Long.parseLong(held.group(1)))
                    .isEqualTo(collector.balance("delivered"))
                    .isPositive();
            assertThat(Long.parseLong(held.group(2)))
                    .isEqualTo(collector.balance("deadLettered"))
                    .isPositive();
        }
    }

    @Test
    void aFloodOfLargeFramesWithTheStoreHeldStillStaysInASmallHeapAndRecovers() throws Exception {
        byte[] frame = ("<13>1 2026-01-01T00:00:00Z h a - - - " + "x".repeat(60_000) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        int frames = 4_000; // 240 MB, twice the heap
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of("-Xmx128m"))) {
            Thread sender;
            try (Connection lock = database()) {
                lock.createStatement().execute("BEGIN IMMEDIATE");
                sender = new Thread(() -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), collector.tcpPort());
                            OutputStream stream = socket.getOutputStream()) {
                        for (int i = 0; i < frames; i++) {
                            stream.write(frame);
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                sender.start();
                // Held back: the inlet has somebody in line, and the sender is still sending.
                Awaitility.await().atMost(LONG).until(() -> settledInFlight(collector));
                assertThat(sender.isAlive()).isTrue();
            }
            sender.join();
            Awaitility.await().atMost(LONG).until(() -> rows("messages") == frames);
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.errors()).doesNotContain("OutOfMemoryError");
            assertThat(collector.balance("delivered")).isEqualTo(frames);
        }
    }

    /** Whether the number in flight has stopped growing: the same in two scrapes, and not none. */
    private static boolean settledInFlight(CollectorProcess collector) throws Exception {
        String before = inFlight(collector);
        String after = inFlight(collector);
        return before.equals(after)
                && !before.endsWith(" 0.0")
                && metrics(collector).contains("esclusa_pipeline");
    }

    private static String inFlight(CollectorProcess collector) throws Exception {
        return metrics(collector)
                .lines()
                .filter(line -> line.startsWith("esclusa_pipeline_in_flight_messages") && line.contains("\"tcp\""))
                .findFirst()
                .orElse(" 0.0");
    }

    private static String metrics(CollectorProcess collector) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + collector.httpPort() + "/metrics"))
                .timeout(LONG)
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private Process startLoggen(int port, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("loggen", "-i", "-S", "-P", "-s", "256", "-r", "1000000", "-I", "120"));
        command.addAll(List.of(more));
        command.addAll(List.of("127.0.0.1", String.valueOf(port)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        Files.createTempFile(directory, "loggen", ".out").toFile())
                .start();
    }

    private static void logger(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("logger", "-n", "127.0.0.1"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static void send(int port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static boolean isInstalled(String command) {
        return List.of("/usr/bin/", "/usr/local/bin/", "/bin/").stream()
                .anyMatch(place -> Files.isExecutable(Path.of(place + command)));
    }

    private Connection database() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("collector.db"));
    }

    private long rows(String table) throws SQLException {
        return Long.parseLong(query("SELECT count(*) FROM " + table));
    }

    /** How many different pairs of sequence number and thread loggen's messages carry. */
    private long distinctSequences() throws SQLException {
        return Long.parseLong(
                query("SELECT count(DISTINCT substr(message, instr(message, 'seq: '), 29)) FROM messages"));
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = database();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
