// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.examples.collector.store.DeadLetterRow;
import io.github.esclusa.examples.collector.store.Store;
import io.github.esclusa.examples.collector.store.StoreException;
import io.github.esclusa.examples.collector.web.Scrape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What nobody should send, sent to the collector as a process, up to what the database holds of it. */
@Timeout(120)
class CollectorBadInputIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HEADER = "<13>1 2026-01-01T00:00:00Z host app - - - ";

    @TempDir
    Path directory = Path.of(".");

    private CollectorProcess start(String... options) throws IOException {
        return CollectorProcess.startReady(directory, List.of(), options);
    }

    @Test
    void aThousandConnectionsThatAllSendAreAllStored() throws Exception {
        int connections = 1_000;
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector = start()) {
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                open.add(Clients.connect(collector.tcpPort()));
            }
            for (int i = 0; i < connections; i++) {
                open.get(i).getOutputStream().write((HEADER + "of connection " + i + "\n").getBytes(UTF_8));
            }
            await().atMost(LONG).until(() -> collector.settled("delivered") == connections);
            assertThat(collector.scrape().sum("collector_tcp_connections")).isEqualTo(connections);
            assertThat(stored.number("SELECT count(DISTINCT message) FROM messages"))
                    .isEqualTo(connections);
            for (Socket socket : open) {
                socket.close();
            }
            await().atMost(LONG).until(() -> collector.scrape().sum("collector_tcp_connections") == 0);
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
        }
    }

    @Test
    void aConnectionThatSendsNothingAndOneThatDripsAreClosedAndABusyOneIsNot() throws Exception {
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector = start("--idle", "1");
                Socket silent = Clients.connect(collector.tcpPort());
                Socket dripping = Clients.connect(collector.tcpPort());
                Socket busy = Clients.connect(collector.tcpPort())) {
            String dripped = HEADER + "drips";
            int sent = 0;
            boolean closed = false;
            while (!closed) { // A byte, and a tenth of a second without an answer: far more often than --idle.
                try {
                    dripping.getOutputStream().write(dripped.charAt(sent % dripped.length()));
                    sent++;
                    busy.getOutputStream().write((HEADER + "busy " + sent + "\n").getBytes(UTF_8));
                    dripping.setSoTimeout(100);
                    closed = dripping.getInputStream().read() < 0;
                } catch (SocketTimeoutException e) {
                    closed = false;
                } catch (SocketException e) {
                    closed = true; // reset: a byte of ours crossed its close
                }
            }
            silent.setSoTimeout((int) LONG.toMillis());
            assertThat(silent.getInputStream().read()).as("closed").isEqualTo(-1);
            await().atMost(LONG)
                    .until(
                            () -> { // busy all the while, or it would be closed as well
                                busy.getOutputStream().write((HEADER + "still there\n").getBytes(UTF_8));
                                return stored.number("SELECT count(*) FROM messages WHERE message = 'still there'") > 0;
                            });

            Scrape scrape = collector.scrape();
            assertThat(scrape.sum("collector_tcp_closed_connections_total", "reason=\"slow\""))
                    .isEqualTo(1);
            assertThat(scrape.sum("collector_tcp_closed_connections_total", "reason=\"idle\""))
                    .as("the silent one, and perhaps by now the busy one, which has no more to say")
                    .isBetween(1.0, 2.0);
            assertThat(stored.deadLetters()).isEqualTo(1);
            assertThat(stored.text("SELECT reason FROM dead_letters"))
                    .isEqualTo("cut off: the frame had not come whole after PT1S");
            String kept = new String(stored.bytes("SELECT raw FROM dead_letters"), ISO_8859_1);
            assertThat(dripped.repeat(sent)).as("what had come").startsWith(kept);
            assertThat(kept.length()).isBetween(5, sent);

            assertThatThrownBy(() -> writeOne(stored))
                    .as("the file is the running collector's")
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("another collector writes to it");
            collector.close();
            collector.exitStatus();
            writeOne(stored); // its lock has gone with it, though it was killed
        }
    }

    private static void writeOne(Stored stored) throws InterruptedException {
        try (Store store = Store.builder("other").url(stored.url()).open()) {
            store.insertDeadLetter(new DeadLetterRow(1, Instant.EPOCH, "test", "after the end", new byte[0]));
        }
    }

    @Test
    void whatIsNoTextIsStoredAsTextAndWhatIsNoSyslogByteForByte() throws Exception {
        Stored stored = Stored.in(directory);
        byte[] invalidUtf8 = {(byte) 0xff, (byte) 0xfe, 'x', (byte) 0xc3};
        byte[] garbage = {0, 1, (byte) 0x80, (byte) 0xff, 0, 'n', 'o', ' ', 's', 'y', 's', 'l', 'o', 'g'};
        try (CollectorProcess collector = start()) {
            Clients.datagrams(collector.udpPort(), new byte[0], 1);
            Clients.datagrams(collector.udpPort(), garbage, 1);
            Clients.send(collector.tcpPort(), joined(garbage, "\n".getBytes(UTF_8)));
            Clients.send(collector.tcpPort(), HEADER + "nul:\0:\n");
            Clients.datagrams(collector.udpPort(), joined((HEADER + "bytes:").getBytes(UTF_8), invalidUtf8), 1);
            await().atMost(LONG).until(() -> stored.messages() == 2 && stored.deadLetters() == 3);

            assertThat(stored.number("SELECT count(*) FROM dead_letters WHERE length(raw) = 0 AND source LIKE 'udp/%'"))
                    .as("the empty datagram")
                    .isEqualTo(1);
            for (String source : List.of("udp", "tcp")) {
                assertThat(stored.bytes("SELECT raw FROM dead_letters WHERE length(raw) > 0 AND source LIKE '" + source
                                + "/%'"))
                        .isEqualTo(garbage);
            }
            assertThat(stored.number("SELECT count(*) FROM dead_letters WHERE length(reason) < 10"))
                    .isZero();
            assertThat(stored.text("SELECT message FROM messages WHERE message LIKE 'nul%'"))
                    .as("PostgreSQL's text holds no NUL, so none does")
                    .isEqualTo("nul:\ufffd:");
            assertThat(stored.text("SELECT message FROM messages WHERE message LIKE 'bytes%'"))
                    .as("each byte that is no UTF-8 is a replacement character")
                    .isEqualTo("bytes:\ufffd\ufffdx\ufffd");
        }
    }

    /** A message whose id is in the table already would be passed over, as if it had come a second time. */
    @Test
    void idsGoOnAboveThoseOfTheDatabaseThoughTheClockWasSetBack() throws Exception {
        Stored stored = Stored.in(directory);
        try (CollectorProcess first = start()) {
            Clients.send(first.tcpPort(), HEADER + "before\n");
            await().atMost(LONG).until(() -> stored.messages() == 1);
            first.terminate();
            assertThat(first.exitStatus()).isZero();
        }
        long decades = 1_000_000_000_000_000L; // in microseconds, about three
        try (var connection = stored.connect();
                var statement = connection.createStatement()) { // as if the clock had been that far ahead
            statement.executeUpdate("UPDATE messages SET id = id + (" + decades + " << 12)");
        }
        long before = stored.number("SELECT id FROM messages");
        try (CollectorProcess second = start()) {
            Clients.send(second.tcpPort(), HEADER + "after\nno syslog\n");
            await().atMost(LONG).until(() -> stored.messages() == 2 && stored.deadLetters() == 1);
            assertThat(stored.number("SELECT id FROM messages WHERE message = 'after'"))
                    .isGreaterThan(before);
            assertThat(stored.number("SELECT id FROM dead_letters")).isGreaterThan(before);
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(first);
        bytes.writeBytes(second);
        return bytes.toByteArray();
    }
}
