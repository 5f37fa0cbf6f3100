// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Senders: {@code loggen}, {@code logger}, and plain sockets. */
final class Clients {

    private Clients() {}

    static void assumeLoggen() {
        assumeTrue(isInstalled("loggen"), "loggen is not installed (Debian's syslog-ng-core)");
    }

    static void assumeLogger() {
        assumeTrue(isInstalled("logger"), "logger is not installed (Debian's bsdutils)");
    }

    static boolean isInstalled(String command) {
        return Stream.of("/usr/bin/", "/usr/local/bin/", "/bin/", "/usr/sbin/", "/sbin/")
                .anyMatch(place -> Files.isExecutable(Path.of(place + command)));
    }

    /** Starts loggen, 256 bytes a message. What it is asked for ({@code -n}) counts: what it prints may be too low. */
    static Process loggen(Path directory, int port, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("loggen", "-i", "-s", "256", "-I", "120"));
        command.addAll(List.of(options));
        command.addAll(List.of("127.0.0.1", String.valueOf(port)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        Files.createTempFile(directory, "loggen", ".out").toFile())
                .start();
    }

    /** Runs logger to its end, and answers which process it was. */
    static long logger(List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("logger", "-n", "127.0.0.1"));
        command.addAll(options);
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return process.pid();
    }

    /** Free for TCP and UDP, and not among those that a system usually gives out by itself: none takes it meanwhile. */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
            try (ServerSocket tcp = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    DatagramSocket udp = new DatagramSocket(tcp.getLocalSocketAddress())) {
                return udp.getLocalPort();
            } catch (IOException e) {
                assertThat(e).isInstanceOf(BindException.class);
            }
        }
    }

    static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    /** Over a connection of its own, closed then. */
    static void send(int port, String text) throws IOException {
        send(port, text.getBytes(StandardCharsets.UTF_8));
    }

    static void send(int port, byte[] bytes) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(bytes);
        }
    }

    static void datagrams(int port, byte[] bytes, int times) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            DatagramPacket datagram = new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port);
            for (int i = 0; i < times; i++) {
                socket.send(datagram);
            }
        }
    }
}
