// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.StillRunningException;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.core.thread.TasksFailedException;
import io.github.esclusa.core.thread.ThreadKind;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends bursts over real sockets: two TCP connections, one for each framing, and UDP; both formats, and now and then
 * something that is no syslog at all. Each is a task of its own: a collector that holds one back may keep it in a write for
 * as long as it likes, and no other. When one fails, all end.
 *
 * <pre>
 *   SENDING --finish--> FINISHING: the burst is ended, TCP's output is shut --the collector closes its end--> ENDED
 *      +---------------------+------------------- abort, close, a socket fails ----------------------------------^
 * </pre>
 */
final class DemoSender implements AutoCloseable {

    private static final int TCP_BURST = 18_000;
    private static final int UDP_BURST = 4_000;

    /** How many messages all send between two pauses. */
    static final int BURST = 2 * TCP_BURST + UDP_BURST;

    private static final Logger log = LoggerFactory.getLogger(DemoSender.class);

    private static final Duration PAUSE = Duration.ofMillis(700);

    private static final String[] HOSTS = {"web-1", "web-2", "db-1", "cache-1"};
    private static final String[] APPS = {"nginx", "postgres", "sshd", "cron"};

    private final InetSocketAddress udp;
    private final DatagramSocket datagrams;
    private final Socket counted;
    private final Socket lines;

    private final TaskGroup<Void> senders =
            TaskGroup.builder("demo-sender").threads(ThreadKind.DAEMON).open();
    private final Signal finishing = Signal.named("demo-sender-finishing");
    private final Signal aborted = Signal.named("demo-sender-aborted");

    private final AtomicLong sentOverTcp = new AtomicLong();
    private final AtomicLong sentOverUdp = new AtomicLong();

    private DemoSender(InetSocketAddress udp, DatagramSocket datagrams, Socket counted, Socket lines) {
        this.udp = udp;
        this.datagrams = datagrams;
        this.counted = counted;
        this.lines = lines;
    }

    /** To be closed by the thread that starts it. */
    static DemoSender start(InetSocketAddress udp, InetSocketAddress tcp) throws IOException {
        DemoSender sender = new DemoSender(udp, new DatagramSocket(), new Socket(), new Socket());
        try {
            sender.counted.connect(tcp);
            sender.lines.connect(tcp);
            sender.submit(() -> sender.sendOverTcp(sender.counted, DemoSender::writeCounted));
            sender.submit(() -> sender.sendOverTcp(sender.lines, DemoSender::writeLine));
            sender.submit(sender::sendOverUdp);
            return sender;
        } catch (Throwable e) {
            sender.close();
            throw e;
        }
    }

    private interface Sending {
        void run() throws IOException, InterruptedException;
    }

    private interface Framing {
        void write(byte[] message, OutputStream stream) throws IOException;
    }

    private void submit(Sending sending) {
        senders.submit(() -> {
            boolean sent = false;
            try {
                sending.run();
                sent = true;
            } catch (IOException e) {
                if (!aborted.isSet()) { // else that is how it is ended
                    throw e;
                }
            } finally {
                if (!sent) {
                    abort(); // no interrupt ends the others where they are held back in a write
                }
            }
            return null;
        });
    }

    /** Blocks while the collector holds it back. */
    private void sendOverTcp(Socket socket, Framing framing) throws IOException, InterruptedException {
        OutputStream stream = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        long number = 0;
        do {
            for (int i = 0; i < TCP_BURST && !finishing.isSet(); i++) {
                sentOverTcp.incrementAndGet(); // before the write, which may never come back
                framing.write(message("tcp", number++), stream);
            }
            stream.flush();
        } while (!finishing.await(PAUSE));
        socket.shutdownOutput();
        int unused = socket.getInputStream().read(); // the collector sends nothing: it has read all, and closed its end
    }

    private void sendOverUdp() throws IOException, InterruptedException {
        long number = 0;
        do {
            for (int i = 0; i < UDP_BURST && !finishing.isSet(); i++) {
                byte[] message = message("udp", number++);
                datagrams.send(new DatagramPacket(message, message.length, udp));
                sentOverUdp.incrementAndGet();
            }
        } while (!finishing.await(PAUSE));
    }

    private static void writeCounted(byte[] message, OutputStream stream) throws IOException {
        stream.write((message.length + " ").getBytes(US_ASCII));
        stream.write(message);
    }

    private static void writeLine(byte[] message, OutputStream stream) throws IOException {
        stream.write(message);
        stream.write('\n');
    }

    /** How many messages were given to the TCP sockets; of the last of them some may not have left. */
    long sentOverTcp() {
        return sentOverTcp.get();
    }

    /** How many datagrams were sent. */
    long sentOverUdp() {
        return sentOverUdp.get();
    }

    /** Whether a socket has failed, which has ended all. */
    boolean hasFailed() {
        return senders.balance().failed() > 0;
    }

    /**
     * Ends the bursts under way, and returns when the collector has read everything that went over TCP; sooner if the time is
     * up or it is aborted.
     *
     * @throws IOException if a socket has failed
     */
    void finish(Duration atMost) throws InterruptedException, IOException {
        finishing.set();
        try {
            senders.join(atMost);
        } catch (StillRunningException e) {
            log.debug("the collector holds the demo's sender back: what it has not read is not waited for", e);
        } catch (TasksFailedException e) {
            throw e.getCause() instanceof IOException failed ? failed : new IOException(e);
        }
    }

    /** Ends at once whatever is under way, and waits for nothing. */
    void abort() {
        aborted.set();
        finishing.set();
        for (Closeable socket : List.<Closeable>of(datagrams, counted, lines)) {
            try {
                socket.close(); // ends a write that is held back, and the wait for the collector, with an exception
            } catch (IOException e) {
                log.debug("the demo's sender could not close a socket", e);
            }
        }
    }

    /** As {@link #abort}, and waits for the tasks. */
    @Override
    public void close() {
        abort();
        senders.close();
    }

    private static byte[] message(String transport, long number) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String host = HOSTS[random.nextInt(HOSTS.length)];
        String app = APPS[random.nextInt(APPS.length)];
        int process = random.nextInt(30_000);
        int priority = random.nextInt(24 * 8);
        String text = "request " + number + " over " + transport + " took " + random.nextInt(900) + " ms";
        String line;
        if (number % 1_000 == 10) {
            line = "<999>this is not syslog";
        } else if (number % 3 == 0) {
            line = "<" + priority + ">Oct 11 22:14:15 " + host + " " + app + "[" + process + "]: " + text;
        } else {
            line = "<" + priority + ">1 " + Instant.now().truncatedTo(ChronoUnit.MICROS) + " " + host + " " + app + " "
                    + process + " - [demo@32473 seq=\"" + number + "\"] " + text;
        }
        return line.getBytes(US_ASCII);
    }
}
