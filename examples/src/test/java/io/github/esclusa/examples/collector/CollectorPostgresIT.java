// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.examples.collector.store.CommitLosingProxy;
import io.github.esclusa.examples.collector.store.PostgresServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The collector as a process in front of a real PostgreSQL with {@code fsync} on, that may die. */
@Timeout(180)
class CollectorPostgresIT {

    private static final Duration LONG = Duration.ofSeconds(90);

    /** How long the server is gone. */
    private static final Duration OUTAGE = Duration.ofSeconds(10);

    private static final String PADDING = "x".repeat(180);

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private static Path data;

    @SuppressWarnings("NullAway.Init") // before all
    private static PostgresServer server;

    private static int databases;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path directory;

    private String database = "";
    private Stored stored = new Stored("");

    @BeforeAll
    static void startServer() throws Exception {
        server = new PostgresServer(data.resolve("data"));
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void makeDatabase() throws Exception {
        database = "collector" + databases++;
        server.createDatabase(database);
        stored = new Stored(server.url(database));
    }

    private CollectorProcess startCollector() throws Exception {
        return startCollector(stored.url());
    }

    private CollectorProcess startCollector(String url) throws Exception {
        return CollectorProcess.startReady(directory, List.of(), "--db", url);
    }

    /** Messages like loggen's, over two connections. */
    private static CompletableFuture<Void> sending(CollectorProcess collector, int each) throws Exception {
        int port = collector.tcpPort();
        return CompletableFuture.allOf(
                CompletableFuture.runAsync(() -> send(port, 1, each)),
                CompletableFuture.runAsync(() -> send(port, 2, each)));
    }

    private static void send(int port, int thread, int messages) {
        try (Socket socket = Clients.connect(port);
                OutputStream to = new BufferedOutputStream(socket.getOutputStream(), 1 << 16)) {
            for (int i = 0; i < messages; i++) {
                to.write(String.format(
                                "<13>1 2026-01-01T00:00:00Z host app - - - seq: %010d, thread: %04d %s\n",
                                i, thread, PADDING)
                        .getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over two connections. */
    private Process loggen(CollectorProcess collector, int each) throws Exception {
        return Clients.loggen(
                directory,
                collector.tcpPort(),
                "-S",
                "-P",
                "-r",
                "1000000",
                "-n",
                String.valueOf(each),
                "--active-connections",
                "2");
    }

    @Test
    void twoHundredThousandMessagesOfLoggenAreTwoHundredThousandRows() throws Exception {
        Clients.assumeLoggen();
        try (CollectorProcess collector = startCollector()) {
            long sent = 200_000;
            assertThat(loggen(collector, 100_000).waitFor()).isZero();
            await().atMost(LONG).until(() -> collector.settled("delivered") == sent);
            collector.terminate();

            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("accepted")).isEqualTo(sent);
            assertThat(collector.balance("delivered")).isEqualTo(sent);
            assertThat(stored.messages()).isEqualTo(sent);
            assertThat(stored.distinctSequences()).isEqualTo(sent);
        }
    }

    @Test
    void terminatedInTheMiddleTheRowsAreWhatTheReportSays() throws Exception {
        try (CollectorProcess collector = startCollector()) {
            CompletableFuture<Void> sending = sending(collector, 1_000_000);
            await().atMost(LONG).until(() -> collector.settled("delivered") > 20_000);
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            assertThat(sending.handle((sent, broken) -> broken).get(60, TimeUnit.SECONDS))
                    .as("it was still sending")
                    .isNotNull();

            long delivered = collector.balance("delivered");
            assertThat(delivered).isGreaterThan(20_000).isLessThan(2_000_000);
            assertThat(stored.messages()).isEqualTo(delivered).isEqualTo(collector.balance("accepted"));
            assertThat(stored.distinctSequences()).isEqualTo(delivered);
        }
    }

    /** The rows are there, and the collector, which cannot ask any more, does not say that they are not. */
    @Test
    void aBatchWhoseCommitIsNotAnsweredIsUnknownAtAForcedEnd() throws Exception {
        int sent = 1_000;
        try (CommitLosingProxy proxy = new CommitLosingProxy(server.port());
                CollectorProcess collector = CollectorProcess.startReady(
                        directory, List.of(), "--db", proxy.url(database), "--writers", "1")) {
            proxy.breakAtNextCommitAndShut();
            Clients.send(collector.tcpPort(), "<13>1 2026-01-01T00:00:00Z host app - - - lost\n".repeat(sent));
            await().atMost(LONG)
                    .until(() -> collector.accepted("tcp") == sent
                            && collector.health().contains("cannot insert"));
            collector.terminate();
            await().atMost(LONG).until(() -> collector.errors().contains("stopping"));
            collector.terminate();
            assertThat(collector.exitStatus()).isEqualTo(1);
            assertThat(collector.balance("delivered")).isZero();
            assertThat(collector.balance("unknown")).isPositive().isEqualTo(stored.messages());
            assertThat(collector.balance("returned") + collector.balance("unknown"))
                    .isEqualTo(sent);
        }
    }

    /** Whether the batch is there nobody knows: it comes again when the server is back. */
    @Test
    void aServerKilledInACommitThatComesBackAfterTenSecondsLosesAndDoublesNothing() throws Exception {
        try (CommitLosingProxy proxy = new CommitLosingProxy(server.port());
                CollectorProcess collector = startCollector(proxy.url(database))) {
            long sent = 200_000;
            proxy.killInCommitAndShut(5, server.killer());
            CompletableFuture<Void> sending = sending(collector, 100_000);
            await().atMost(LONG).until(proxy::killed);
            await().atMost(LONG).until(() -> collector.health().contains("cannot insert"));
            assertThat(collector.health()).contains("\"state\":\"NOT_READY\"", "\"ok\":false");
            // It goes on saying so, and holds the senders back, for as long as that lasts.
            await().during(OUTAGE)
                    .atMost(LONG)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> collector.health().contains("cannot insert") && !sending.isDone());
            server.startAgain();
            assertThat(stored.messages())
                    .as("what the collector says is written is there")
                    .isGreaterThanOrEqualTo((long) collector.settled("delivered"));
            proxy.reopen();

            sending.get(LONG.toSeconds(), TimeUnit.SECONDS);
            await().atMost(LONG).until(() -> collector.settled("delivered") == sent);
            assertThat(collector.health()).contains("\"ok\":true");
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("accepted")).isEqualTo(sent);
            assertThat(stored.messages()).isEqualTo(sent);
            assertThat(stored.distinctSequences()).isEqualTo(sent);
            assertThat(stored.deadLetters()).isZero();
            assertThat(collector.errors()).contains("cannot insert").contains("writes again, after");
        }
    }
}
