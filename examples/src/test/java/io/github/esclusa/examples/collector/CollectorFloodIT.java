// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.examples.collector.web.Scrape;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More than fits, into a heap of 128 MiB: bounded memory, and it recovers. */
@Timeout(180)
class CollectorFloodIT {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final List<String> SMALL_HEAP = List.of("-Xmx128m");
    private static final String HEADER = "<13>1 2026-01-01T00:00:00Z h a - - - ";

    @TempDir
    Path directory = Path.of(".");

    private static void assertEndsWell(CollectorProcess collector) throws Exception {
        collector.terminate();
        assertThat(collector.exitStatus()).isZero();
        assertThat(collector.errors()).doesNotContain("OutOfMemoryError");
    }

    @Test
    void aFloodOfLargeFramesWithTheStoreHeldStillStaysInASmallHeapAndRecovers() throws Exception {
        byte[] frame = (HEADER + "x".repeat(60_000) + "\n").getBytes(US_ASCII);
        int frames = 4_000; // 240 MB, twice the heap
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector = CollectorProcess.startReady(directory, SMALL_HEAP)) {
            Thread sender;
            try (Connection lock = stored.connect()) {
                lock.createStatement().execute("BEGIN IMMEDIATE");
                sender = new Thread(() -> send(collector, frame, frames));
                sender.start();
                await().during(Duration.ofSeconds(1)).atMost(LONG).until(() -> isHeldBack(collector));
                assertThat(sender.isAlive()).isTrue();
            }
            sender.join();
            await().atMost(LONG).until(() -> stored.messages() == frames);
            assertEndsWell(collector);
            assertThat(collector.balance("delivered")).isEqualTo(frames);
        }
    }

    private static void send(CollectorProcess collector, byte[] frame, int times) {
        try (Socket socket = Clients.connect(collector.tcpPort());
                OutputStream stream = socket.getOutputStream()) {
            for (int i = 0; i < times; i++) {
                stream.write(frame);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the one connection is not read, because the inlet has no room for its next frame. */
    private static boolean isHeldBack(CollectorProcess collector) throws Exception {
        return collector.scrape().sum("collector_tcp_held_connections") == 1;
    }

    @Test
    void framesThatManyConnectionsHaveBegunStayInASmallHeapAndAreFinished() throws Exception {
        byte[] part = (HEADER + "x".repeat(60_000)).getBytes(US_ASCII);
        int connections = 1_900; // 114 MB, were all of it held
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector = CollectorProcess.startReady(directory, SMALL_HEAP)) {
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Socket socket = Clients.connect(collector.tcpPort());
                socket.getOutputStream().write(part);
                open.add(socket);
            }
            Scrape full = collector.scrape();
            assertThat(full.sum("collector_tcp_stalled_connections")).isPositive();
            assertThat(full.sum("collector_tcp_frame_memory_bytes")).isLessThan(9 << 20);
            for (Socket socket : open) {
                socket.getOutputStream().write('\n');
                socket.close();
            }
            await().atMost(LONG).until(() -> stored.messages() + stored.deadLetters() == connections);
            assertThat(collector.scrape().sum("collector_tcp_frame_memory_bytes"))
                    .isZero();
            assertEndsWell(collector);
            assertThat(collector.balance("accepted")).isEqualTo(connections);
        }
    }

    @Test
    void aFloodOfLinesThatAreNoSyslogIsKeptLineByLineAndLetsOthersThrough() throws Exception {
        int lines = 4_000;
        StringBuilder flood = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            flood.append("no priority, line ").append(i).append('\n');
        }
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector = CollectorProcess.startReady(directory, SMALL_HEAP)) {
            Clients.send(collector.tcpPort(), flood.toString());
            Clients.send(collector.tcpPort(), HEADER + "good\n");
            await().atMost(LONG).until(() -> stored.deadLetters() == lines && stored.messages() == 1);
            assertThat(stored.number("SELECT count(DISTINCT raw) FROM dead_letters"))
                    .isEqualTo(lines);
            assertEndsWell(collector);
            assertThat(collector.balance("deadLettered")).isEqualTo(lines);
            assertThat(collector.balance("delivered")).isEqualTo(1);
        }
    }

    /** Whatever has been sent is stored, or dropped and counted: by the policy, or, where the system tells, the kernel. */
    @ParameterizedTest
    @ValueSource(strings = {"drop-oldest", "block"})
    void aFloodOfDatagramsWithTheStoreHeldStillIsDroppedAndCounted(String whenFull) throws Exception {
        byte[] datagram = (HEADER + "x".repeat(500)).getBytes(US_ASCII);
        int sent = 60_000;
        Stored stored = Stored.in(directory);
        try (CollectorProcess collector =
                CollectorProcess.startReady(directory, SMALL_HEAP, "--udp-when-full", whenFull, "--capacity", "2000")) {
            boolean kernelTells = collector.scrape().names().contains("collector_udp_kernel_drops_total");
            try (Connection lock = stored.connect()) {
                lock.createStatement().execute("BEGIN IMMEDIATE");
                Clients.datagrams(collector.udpPort(), datagram, sent);
                await().atMost(LONG).until(() -> {
                    Scrape scrape = collector.scrape();
                    return whenFull.equals("drop-oldest")
                            ? dropped(scrape) > 0
                            : !kernelTells || scrape.sum("collector_udp_kernel_drops_total") > 0;
                });
                assertThat(collector.scrape().max("esclusa_pipeline_in_flight_messages", "inlet=\"udp\""))
                        .isBetween(1.0, 2000.0);
            }
            await().atMost(LONG).until(() -> {
                Scrape scrape = collector.scrape();
                return collector.settled("delivered") + dropped(scrape) + scrape.sum("collector_udp_kernel_drops_total")
                        == sent;
            });
            Scrape end = collector.scrape();
            assertEndsWell(collector);
            assertThat(end.sum("collector_udp_datagrams_messages_total"))
                    .isEqualTo(sent - end.sum("collector_udp_kernel_drops_total"))
                    .isEqualTo((double) collector.balance("accepted"));
            assertThat(end.sum("collector_udp_refused_messages_total")).isZero();
            assertThat(stored.messages())
                    .isEqualTo(collector.balance("delivered"))
                    .isEqualTo(collector.balance("accepted") - collector.balance("dropped"))
                    .isPositive();
        }
    }

    private static double dropped(Scrape scrape) {
        return scrape.sum("esclusa_pipeline_settled_messages_total", "outcome=\"dropped\"");
    }
}
