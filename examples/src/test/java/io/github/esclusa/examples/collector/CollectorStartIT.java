// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.examples.collector.store.Store;
import io.github.esclusa.examples.collector.web.Scrape;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The collector as a process that does not come to start: one message, and no longer than it must; status 1, unless asked to. */
@Timeout(120)
class CollectorStartIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory = Path.of(".");

    private CollectorProcess start(String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of(more));
        for (String port : List.of("--udp", "--tcp", "--http")) {
            if (!options.contains(port)) {
                options.addAll(List.of(port, "0"));
            }
        }
        return CollectorProcess.start(directory, List.of(), options.toArray(String[]::new));
    }

    static void assertOneMessage(CollectorProcess collector, String... parts) throws Exception {
        assertThat(collector.exitStatus()).isEqualTo(1);
        assertThat(collector.errors())
                .matches("collector: could not start: [^\\n]+\\n")
                .contains(parts);
        assertThat(collector.output()).isEmpty();
    }

    /** That is what was asked of it: everything is accounted for, and nothing was accepted. */
    private static void assertStoppedWhileStarting(CollectorProcess collector) throws Exception {
        assertThat(collector.exitStatus()).isZero();
        assertThat(collector.errors()).isEqualTo("collector: stopped while starting\n");
        assertThat(collector.output())
                .isEqualTo("{\"accepted\":0,\"delivered\":0,\"filtered\":0,\"failed\":0,\"deadLettered\":0,"
                        + "\"dropped\":0,\"returned\":0,\"unknown\":0,\"balanced\":true}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--udp", "--http"})
    void aPortInUseIsTheOneMessage(String option) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (DatagramSocket udp = new DatagramSocket(any);
                ServerSocket http = new ServerSocket(0, 1, any.getAddress())) {
            String port = String.valueOf(option.equals("--udp") ? udp.getLocalPort() : http.getLocalPort());
            try (CollectorProcess collector = start(option, port)) {
                assertOneMessage(collector, port, "; ", option + " and --bind");
            }
        }
    }

    @Test
    void aDatabaseThatCannotBeReachedIsTheOneMessage() throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:1/d?user=u&password=s3cret";
        try (CollectorProcess collector = start("--db", url)) {
            assertOneMessage(collector, url.replace("s3cret", "***").replaceAll("^jdbc:", ""));
            assertThat(collector.errors()).doesNotContain("s3cret");
        }
    }

    @Test
    void aFileThatAnotherProcessWritesToIsTheOneMessage() throws Exception {
        Path file = directory.resolve("collector.db");
        try (Store other =
                        Store.builder("other").url(Stored.in(directory).url()).open();
                CollectorProcess collector = start("--db", "jdbc:sqlite:./collector.db?synchronous=FULL")) {
            assertOneMessage(
                    collector,
                    "jdbc:sqlite:./collector.db?synchronous=FULL: another collector writes to it",
                    "the lock on " + file.toRealPath() + ".lock;");
            assertThat(other.counts().messages()).isZero();
        }
    }

    /** The driver quotes such a URL, in its log and in its exception. */
    @Test
    void aUrlThatTheDriverCannotReadIsAWrongOptionAndItsPasswordIsNotShown() throws Exception {
        try (CollectorProcess collector = start("--db", "jdbc:postgresql://u:s3cret@h/d")) {
            assertThat(collector.exitStatus()).isEqualTo(2);
            assertThat(collector.errors())
                    .matches("--db jdbc:postgresql://u:\\*\\*\\*@h/d: [^\\n]+\\n")
                    .doesNotContain("s3cret");
        }
    }

    /** It reads them from a pipe that has no end yet, and then waits for a database that never says a word. */
    @Test
    void aTerminalThatIsClosedWhileItReadsItsOptionsEndsItAsOneWhileItStarts() throws Exception {
        Path pipe = directory.resolve("options");
        assumeTrue(
                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs a pipe that has a name");
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CollectorProcess collector =
                        start("--db", "jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/d?user=u", "@" + pipe)) {
            // To open it for writing takes until it is open for reading, and for ever if it never is.
            try (OutputStream options =
                    CompletableFuture.supplyAsync(() -> writing(pipe)).get(LONG.toMillis(), TimeUnit.MILLISECONDS)) {
                options.write("--writers 2\n".getBytes(US_ASCII));
                assumeTrue(collector.heedsHangUp(), "SIGHUP is ignored by whoever runs these tests");
                collector.hangUp();
            }
            assertStoppedWhileStarting(collector);
        }
    }

    private static OutputStream writing(Path pipe) {
        try {
            return Files.newOutputStream(pipe, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its database takes the connection, and never says a word. All else is there and is sent to, and reads nothing. */
    @Test
    void whileStartingNothingIsReadAndASignalEndsItAtOnce() throws Exception {
        int port = Clients.freePort();
        int http = Clients.freePort();
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CollectorProcess collector = CollectorProcess.start(
                        directory,
                        List.of(),
                        "--udp",
                        String.valueOf(port),
                        "--tcp",
                        String.valueOf(port),
                        "--http",
                        String.valueOf(http),
                        "--db",
                        "jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/d?user=u");
                Socket connecting = mute.accept()) {
            connecting.getInputStream().read(); // so it waits for an answer now
            await().atMost(LONG)
                    .ignoreExceptionsInstanceOf(ConnectException.class)
                    .untilAsserted(() -> assertThat(collector.get(http, "/health"))
                            .isEqualTo("{\"state\":\"STARTING\",\"ok\":false,\"reasons\":[\"database is STARTING\","
                                    + "\"pipeline is PENDING\",\"page is READY\",\"timers is READY\","
                                    + "\"udp is READY\",\"tcp is READY\"]}\n"));
            try (Socket early = Clients.connect(port)) {
                early.getOutputStream().write("<13>1 - - - - - - too early\n".getBytes(US_ASCII));
                Clients.datagrams(port, "<13>1 - - - - - - too early".getBytes(US_ASCII), 1);
                Scrape scrape = new Scrape(collector.get(http, "/metrics"));
                for (String read :
                        List.of("tcp_accepted_connections", "tcp_received_bytes", "udp_datagrams_messages")) {
                    assertThat(scrape.names()).contains("collector_" + read + "_total");
                    assertThat(scrape.sum("collector_" + read + "_total"))
                            .as(read)
                            .isZero();
                }

                long began = System.nanoTime();
                collector.terminate();
                assertThat(collector.exitStatus()).isZero();
                assertThat(System.nanoTime() - began)
                        .as("long before the driver's own 30 seconds are over")
                        .isLessThan(20_000_000_000L);
                early.setSoTimeout((int) LONG.toMillis());
                assertThatThrownBy(() -> early.getInputStream().read())
                        .as("had it read everything, its end would be no reset")
                        .isInstanceOf(SocketException.class);
            }
            assertStoppedWhileStarting(collector);
        }
    }
}
