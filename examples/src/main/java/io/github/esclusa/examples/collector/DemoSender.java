// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;

/** Sends bursts over real sockets: both formats, both framings, and now and then something that is no syslog at all. */
final class DemoSender implements AutoCloseable {

    private static final String[] HOSTS = {"web-1", "web-2", "db-1", "cache-1"};
    private static final String[] APPS = {"nginx", "postgres", "sshd", "cron"};

    private final Random random = new Random();
    private final InetSocketAddress udp;
    private final Socket tcp;
    private final OutputStream stream;
    private final DatagramSocket datagrams;

    private long sent;

    DemoSender(InetSocketAddress udp, InetSocketAddress tcp) throws IOException {
        this.udp = udp;
        this.tcp = new Socket(tcp.getAddress(), tcp.getPort());
        this.stream = new BufferedOutputStream(this.tcp.getOutputStream(), 1 << 16);
        this.datagrams = new DatagramSocket();
    }

    /** Sends a burst; nine messages in ten go over TCP. Blocks while the collector holds it back. */
    void burst(int messages) throws IOException {
        for (int i = 0; i < messages; i++) {
            byte[] message = message();
            if (sent++ % 10 == 0) {
                datagrams.send(new DatagramPacket(message, message.length, udp));
            } else if (sent % 2 == 0) {
                stream.write((message.length + " ").getBytes(US_ASCII));
                stream.write(message);
            } else {
                stream.write(message);
                stream.write('\n');
            }
        }
        stream.flush();
    }

    long sent() {
        return sent;
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        tcp.close();
    }

    private byte[] message() {
        String host = HOSTS[random.nextInt(HOSTS.length)];
        String app = APPS[random.nextInt(APPS.length)];
        int priority = random.nextInt(24 * 8);
        if (sent % 1000 == 999) {
            return "<999>this is not syslog".getBytes(US_ASCII);
        }
        String text = sent % 3 == 0
                ? "<" + priority + ">Oct 11 22:14:15 " + host + " " + app + "[" + random.nextInt(30_000) + "]: request "
                        + sent + " took " + random.nextInt(900) + " ms"
                : "<" + priority + ">1 " + Instant.now().truncatedTo(ChronoUnit.MICROS) + " " + host + " " + app + " "
                        + random.nextInt(30_000) + " - [demo@32473 seq=\"" + sent + "\"] request " + sent + " took "
                        + random.nextInt(900) + " ms";
        return text.getBytes(US_ASCII);
    }
}
