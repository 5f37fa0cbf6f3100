// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The collector on a disk that is really full: a file system in memory, of a few megabytes, where root may mount one. */
@Timeout(120)
class CollectorFullDiskIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int SENT = 30_000;
    private static final String TEXT = "x".repeat(300);

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path directory;

    private Path disk = Path.of(".");
    private Stored stored = new Stored("");

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        stored = Stored.in(disk);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()),
                "no file system can be mounted");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", disk.toString());
    }

    private void makeRoom() throws Exception {
        assertThat(run("mount", "-o", "remount,size=64m", disk.toString())).isTrue();
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        if (!Clients.isInstalled(command[0])) {
            return false;
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private CollectorProcess start() throws IOException {
        return CollectorProcess.startReady(directory, List.of(), "--db", stored.url(), "--batch", "500");
    }

    /** Twice what the disk holds, and within what the collector accepts. */
    private static void fill(CollectorProcess collector) throws IOException {
        try (Socket socket = Clients.connect(collector.tcpPort());
                OutputStream stream = socket.getOutputStream()) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < SENT; i++) {
                lines.append("<13>1 2026-01-01T00:00:00Z h a - - - ")
                        .append(i)
                        .append(' ')
                        .append(TEXT)
                        .append('\n');
            }
            lines.append("this one is no syslog\n");
            stream.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void awaitFull(CollectorProcess collector) {
        await().atMost(LONG)
                .until(() -> collector.accepted("tcp") == SENT + 1
                        && collector.health().contains("\"ok\":false"));
    }

    @Test
    void aFullDiskIsToldAndWhenThereIsRoomNothingIsMissing() throws Exception {
        try (CollectorProcess collector = start()) {
            fill(collector);
            awaitFull(collector);
            assertThat(collector.health()).contains("disk");
            assertThat(collector.errors()).contains("cannot insert").contains("disk");
            assertThat(collector.settled("delivered")).isLessThan(SENT);

            makeRoom();
            await().atMost(LONG)
                    .until(() -> collector.settled("delivered") == SENT && collector.settled("dead_lettered") == 1);
            await().atMost(LONG).until(() -> collector.health().contains("\"ok\":true"));
            collector.terminate();
            assertThat(collector.exitStatus()).isZero();
            assertThat(collector.balance("delivered")).isEqualTo(SENT);
            assertThat(collector.balance("deadLettered")).isEqualTo(1);
            assertThat(stored.number("SELECT count(DISTINCT message) FROM messages"))
                    .isEqualTo(SENT);
            assertThat(stored.deadLetters()).isEqualTo(1);
            assertThat(collector.errors()).contains("writes again, after");
        }
    }

    @Test
    void shutDownWhileItIsFullTheReportSaysWhatIsNotStored() throws Exception {
        try (CollectorProcess collector = start()) {
            fill(collector);
            awaitFull(collector);
            collector.terminate();
            await().atMost(LONG).until(() -> collector.errors().contains("stopping"));
            collector.terminate(); // room is not made: waiting longer would change nothing
            int status = collector.exitStatus();
            assertThat(status).isEqualTo(collector.statusOfTheBalance());

            makeRoom();
            long delivered = collector.balance("delivered");
            long unknown = collector.balance("unknown");
            assertThat(collector.output()).endsWith("\"balanced\":true}\n");
            assertThat(collector.balance("accepted")).isEqualTo(SENT + 1);
            assertThat(delivered).isLessThan(SENT);
            assertThat(collector.balance("returned")).isPositive();
            assertThat(collector.errors()).contains("could not be written in time");
            assertThat(stored.messages()).isBetween(delivered, delivered + unknown);
            assertThat(stored.deadLetters())
                    .isBetween(collector.balance("deadLettered"), collector.balance("deadLettered") + unknown);
            assertThat(stored.text("PRAGMA integrity_check")).isEqualTo("ok");
        }
    }
}
