// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.NamedThreads;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends bursts over real sockets: both formats, both framings, and now and then something that is no syslog at all. It has a
 * thread of its own: a collector that holds it back may keep it in a write for as long as it likes, and nobody else.
 */
final class DemoSender implements AutoCloseable {

    static final int BURST = 40_000;

    private static final Duration PAUSE = Duration.ofMillis(700);

    /** For the burst under way to be ended in order; then it is held back, and its sockets are closed under it. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final String[] HOSTS = {"web-1", "web-2", "db-1", "cache-1"};
    private static final String[] APPS = {"nginx", "postgres", "sshd", "cron"};

    private final Random random = new Random();
    private final InetSocketAddress udp;
    private final Socket tcp;
    private final OutputStream stream;
    private final DatagramSocket datagrams;

    private final Thread thread;
    private final Signal closed = Signal.named("demo-sender-closed");

    /** What was given to the sockets. Single writer: the thread. */
    private final AtomicLong sent = new AtomicLong();

    private volatile @Nullable IOException failure;

    DemoSender(InetSocketAddress udp, InetSocketAddress tcp) throws IOException {
        this.udp = udp;
        this.tcp = new Socket(tcp.getAddress(), tcp.getPort());
        this.stream = new BufferedOutputStream(this.tcp.getOutputStream(), 1 << 16);
        this.datagrams = new DatagramSocket();
        this.thread = NamedThreads.daemon("demo-sender").newThread(this::run);
    }

    static DemoSender start(InetSocketAddress udp, InetSocketAddress tcp) throws IOException {
        DemoSender sender = new DemoSender(udp, tcp);
        sender.thread.start();
        return sender;
    }

    private void run() {
        try {
            do {
                burst();
            } while (!closed.await(PAUSE));
        } catch (IOException e) {
            if (!closed.isSet()) { // else that is how it is ended
                failure = e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nine messages in ten go over TCP. Blocks while the collector holds it back. */
    private void burst() throws IOException {
        for (int i = 0; i < BURST && !closed.isSet(); i++) {
            long number = sent.get();
            byte[] message = message(number);
            sent.lazySet(number + 1);
            if (number % 10 == 0) {
                datagrams.send(new DatagramPacket(message, message.length, udp));
            } else if (number % 2 == 1) {
                stream.write((message.length + " ").getBytes(US_ASCII));
                stream.write(message);
            } else {
                stream.write(message);
                stream.write('\n');
            }
        }
        stream.flush();
    }

    /** How many messages it has given to its sockets; of the last of them some may not have left. */
    long sent() {
        return sent.get();
    }

    /** Why it has ended by itself; {@code null} if it has not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /** Ends the burst under way, and the thread. */
    @Override
    public void close() throws IOException, InterruptedException {
        closed.set();
        thread.join(PATIENCE.toMillis());
        datagrams.close();
        tcp.close(); // a write that is held back ends with an exception
        thread.join();
    }

    private byte[] message(long sent) {
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
