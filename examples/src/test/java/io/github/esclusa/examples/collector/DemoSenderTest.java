// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemoSenderTest {

    private ServerSocket server;
    private DatagramSocket datagrams;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket();
        server.setReceiveBufferSize(4096);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        datagrams.close();
    }

    private DemoSender start() throws IOException {
        return DemoSender.start((InetSocketAddress) datagrams.getLocalSocketAddress(), (InetSocketAddress)
                server.getLocalSocketAddress());
    }

    /** Nobody reads the other connection: no interrupt reaches it in its write. */
    @Test
    void oneThatFailsEndsThoseThatAreHeldBackToo() throws Exception {
        try (DemoSender sender = start();
                Socket reset = server.accept();
                Socket heldBack = server.accept()) {
            awaitHeldBack(sender);
            reset.setSoLinger(true, 0);
            reset.close();
            Awaitility.await().until(sender::hasFailed);
            assertThatThrownBy(() -> sender.finish(Duration.ofSeconds(50))).isInstanceOf(IOException.class);
            assertThat(heldBack.isConnected()).isTrue();
        }
    }

    @Test
    void itEndsWithoutAFailureWhenItIsAborted() throws Exception {
        try (DemoSender sender = start();
                Socket heldBack = server.accept();
                Socket other = server.accept()) {
            Awaitility.await().until(() -> sender.sentOverUdp() > 0 && sender.sentOverTcp() > 0);
            sender.abort();
            sender.finish(Duration.ofSeconds(50));
            assertThat(sender.hasFailed()).isFalse();
            assertThat(heldBack.isConnected() && other.isConnected()).isTrue();
        }
    }

    @Test
    void aCollectorThatDoesNotReadIsWaitedForNoLongerThanAsked() throws Exception {
        try (DemoSender sender = start();
                Socket one = server.accept();
                Socket other = server.accept()) {
            sender.finish(Duration.ofMillis(1));
            assertThat(sender.hasFailed()).isFalse();
            assertThat(one.isConnected() && other.isConnected()).isTrue();
        }
    }

    /** Longer than it pauses. */
    private static void awaitHeldBack(DemoSender sender) {
        AtomicLong sent = new AtomicLong();
        Awaitility.await()
                .atMost(Duration.ofSeconds(50))
                .pollInterval(Duration.ofMillis(900))
                .until(() -> sent.getAndSet(sender.sentOverTcp()) == sent.get());
    }
}
