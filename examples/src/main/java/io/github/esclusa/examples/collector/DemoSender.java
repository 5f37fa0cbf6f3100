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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends bursts over real sockets: both formats, both framings, and now and then something that is no syslog at all. It has a
 * thread of its own: a collector that holds it back may keep it in a write for as long as it likes, and nobody else.
 *
 * <pre>
 *   SENDING --finish--> FINISHING: the burst is ended, TCP's output is shut --the collector closes its end--> ENDED
 *      +---------------------+------------------- abort, close, a socket fails ----------------------------------^
 * </pre>
 */
final class DemoSender implements AutoCloseable {

    static final int BURST = 40_000;

    private static final Logger log = LoggerFactory.getLogger(DemoSender.class);

    private static final Duration PAUSE = Duration.ofMillis(700);

    private static final String[] HOSTS = {"web-1", "web-2", "db-1", "cache-1"};
    private static final String[] APPS = {"nginx", "postgres", "sshd", "cron"};

    private final Random random = new Random();
    private final InetSocketAddress udp;
    private final Socket tcp;
    private final OutputStream stream;
    private final DatagramSocket datagrams;

    private final Thread thread;
    private final Signal finishing = Signal.named("demo-sender-finishing");
    private final Signal aborted = Signal.named("demo-sender-aborted");

    // What was given to the sockets. Single writer: the thread.
    private final AtomicLong sentOverTcp = new AtomicLong();
    private final AtomicLong sentOverUdp = new AtomicLong();

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
            } while (!finishing.await(PAUSE));
            tcp.shutdownOutput();
            tcp.getInputStream().read(); // the collector sends nothing: it has read all, and closed its end
        } catch (IOException e) {
            if (!aborted.isSet()) { // else that is how it is ended
                failure = e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nine messages in ten go over TCP. Blocks while the collector holds it back. */
    private void burst() throws IOException {
        for (int i = 0; i < BURST && !finishing.isSet(); i++) {
            long number = sentOverTcp.get() + sentOverUdp.get();
            byte[] message = message(number);
            if (number % 10 == 0) {
                datagrams.send(new DatagramPacket(message, message.length, udp));
                sentOverUdp.lazySet(sentOverUdp.get() + 1);
            } else {
                sentOverTcp.lazySet(sentOverTcp.get() + 1); // before the write, which may never come back
                write(message, number % 2 == 1);
            }
        }
        stream.flush();
    }

    private void write(byte[] message, boolean counted) throws IOException {
        if (counted) {
            stream.write((message.length + " ").getBytes(US_ASCII));
            stream.write(message);
        } else {
            stream.write(message);
            stream.write('\n');
        }
    }

    /** How many messages it has given to its TCP socket; of the last of them some may not have left. */
    long sentOverTcp() {
        return sentOverTcp.get();
    }

    /** How many datagrams it has sent. */
    long sentOverUdp() {
        return sentOverUdp.get();
    }

    /** Why it has ended by itself; {@code null} if it has not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /**
     * Ends the burst under way, and returns when the collector has read everything that went over TCP; sooner if the time is
     * up or it is aborted.
     */
    void finish(Duration atMost) throws InterruptedException {
        finishing.set();
        thread.join(atMost.toMillis());
    }

    /** Ends at once whatever is under way, and waits for nothing. */
    void abort() {
        aborted.set();
        finishing.set();
        datagrams.close();
        try {
            tcp.close(); // a write that is held back ends with an exception, and so does the wait for the collector
        } catch (IOException e) {
            log.debug("the demo's sender could not close its socket", e);
        }
    }

    /** As {@link #abort}, and waits for the thread. */
    @Override
    public void close() throws InterruptedException {
        abort();
        thread.join();
    }

    private byte[] message(long number) {
        String host = HOSTS[random.nextInt(HOSTS.length)];
        String app = APPS[random.nextInt(APPS.length)];
        int priority = random.nextInt(24 * 8);
        if (number % 1_005 == 10) { // by turns over UDP and TCP
            return "<999>this is not syslog".getBytes(US_ASCII);
        }
        String text = number % 3 == 0
                ? "<" + priority + ">Oct 11 22:14:15 " + host + " " + app + "[" + random.nextInt(30_000) + "]: request "
                        + number + " took " + random.nextInt(900) + " ms"
                : "<" + priority + ">1 " + Instant.now().truncatedTo(ChronoUnit.MICROS) + " " + host + " " + app + " "
                        + random.nextInt(30_000) + " - [demo@32473 seq=\"" + number + "\"] request " + number + " took "
                        + random.nextInt(900) + " ms";
        return text.getBytes(US_ASCII);
    }
}
