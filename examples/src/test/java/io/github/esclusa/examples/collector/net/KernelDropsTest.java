// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As Linux writes it on a little-endian machine; port 158A is 5514. */
class KernelDropsTest {

    private static final String HEAD = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
            + "   uid  timeout inode ref pointer drops\n";
    private static final String LINE =
            "  321: %s 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 53186 2 0000000000 %d\n";

    private Path directory;

    @BeforeEach
    void write(@TempDir Path empty) throws IOException {
        directory = empty;
        Files.writeString(
                directory.resolve("udp"),
                HEAD
                        + String.format(LINE, "0100007F:158A", 7)
                        + String.format(LINE, "0100007F:158B", 1000)
                        + String.format(LINE, "00000000:158A", 20));
        Files.writeString(
                directory.resolve("udp6"),
                HEAD
                        + String.format(LINE, "0000000000000000FFFF00000100007F:158A", 35)
                        + String.format(LINE, "00000000000000000000000001000000:158A", 400)
                        + String.format(LINE, "00000000000000000000000000000000:158C", 5));
    }

    private KernelDrops drops(String address, int port) throws IOException {
        return new KernelDrops(
                directory, new InetSocketAddress(InetAddress.getByName(address), port), ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void aSocketIsFoundByItsAddressAndPortInEitherTable() throws IOException {
        assertThat(drops("127.0.0.1", 5514).count()).isEqualTo(42);
        assertThat(drops("::1", 5514).count()).isEqualTo(400);
        assertThat(drops("0.0.0.0", 5514).count()).isEqualTo(20);
        assertThat(drops("0.0.0.0", 5516).count()).isEqualTo(5);
    }

    /** A counter that goes back looks to a monitor as if the process had begun anew. */
    @Test
    void itNeverGoesBack() throws IOException {
        KernelDrops drops = drops("127.0.0.1", 5514);
        assertThat(drops.count()).isEqualTo(42);
        Files.writeString(directory.resolve("udp6"), HEAD);
        assertThat(drops.count()).as("the other table's socket is gone").isEqualTo(42);
        Files.writeString(directory.resolve("udp"), HEAD + String.format(LINE, "0100007F:158A", 50));
        assertThat(drops.count()).isEqualTo(50);
    }

    @Test
    void whereTheSystemDoesNotTellThereIsNothing() throws IOException {
        assertThat(drops("127.0.0.1", 5514).available()).isTrue();
        assertThat(drops("127.0.0.1", 1).available()).isFalse();
        directory = directory.resolve("none");
        assertThat(drops("127.0.0.1", 5514).available()).isFalse();
    }

    @Test
    void aTableThatIsNotOneIsNotReadAndTheLastValueStays() throws IOException {
        KernelDrops drops = drops("127.0.0.1", 5514);
        assertThat(drops.count()).isEqualTo(42);
        Files.writeString(directory.resolve("udp"), "x 0100007F:158A many");
        Files.delete(directory.resolve("udp6"));
        assertThat(drops.available()).isFalse();
        assertThat(drops.count()).isEqualTo(42);
    }
}
