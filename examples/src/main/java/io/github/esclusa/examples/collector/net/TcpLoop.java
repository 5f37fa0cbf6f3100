// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The selector thread's work. Everything here and in the connections belongs to that thread alone; other threads (the
 * intake's, the timers') hand it tasks with {@link #execute}. A task is queued before the selector is woken, and the
 * queue is emptied after each select: whichever comes first, the task runs before the thread sleeps again.
 *
 * <p>Nothing one connection does, or the intake throws, ends the thread: the connection pays.
 */
final class TcpLoop {

    /** How much one read may bring. */
    static final int LARGEST_READ = 64 << 10;

    private static final Logger log = LoggerFactory.getLogger(TcpLoop.class);

    private final TcpSettings settings;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final Timers timers;
    private final Clock clock;
    private final Receipt receipt;
    private final TcpMetrics metrics;
    private final FrameMemory memory;
    private final ByteBuffer buffer = ByteBuffer.allocate(LARGEST_READ);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private volatile boolean stopping;

    TcpLoop(
            TcpSettings settings,
            ServerSocketChannel server,
            Selector selector,
            Timers timers,
            Clock clock,
            Receipt receipt,
            TcpMetrics metrics) {
        this.settings = settings;
        this.server = server;
        this.selector = selector;
        this.timers = timers;
        this.clock = clock;
        this.receipt = receipt;
        this.metrics = metrics;
        this.memory = new FrameMemory(settings.frameMemory(), timers, clock, this::execute, metrics);
    }

    /**
     * Serves until stopped.
     *
     * @throws IOException if the selector itself fails
     */
    void run(StreamIntake intake) throws IOException {
        TcpAcceptor acceptor =
                new TcpAcceptor(settings, server, server.register(selector, SelectionKey.OP_ACCEPT), this, intake);
        try {
            while (!stopping) {
                selector.select(key -> serve(key, acceptor));
                runTasks();
                if (Thread.interrupted()) {
                    // Only foreign code on this thread can have set it, and select would return at once for ever.
                    log.debug("TCP listener '{}': an interrupt was left on its thread", settings.name());
                }
            }
        } finally {
            acceptor.stop();
            release();
        }
    }

    private void serve(SelectionKey key, TcpAcceptor acceptor) {
        if (key.attachment() instanceof TcpConnection connection) {
            connection.readable(buffer.clear());
        } else {
            acceptor.ready();
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null && !stopping; task = tasks.poll()) {
            try {
                task.run();
            } catch (Throwable e) {
                log.error("TCP listener '{}': a task failed; the listener goes on", settings.name(), e);
            }
        }
    }

    /** Has a task run on the selector thread; nothing, once stopped. Called from any thread. */
    void execute(Runnable task) {
        if (!stopping) {
            tasks.add(task);
            selector.wakeup();
        }
    }

    /** Lets the thread end at its next step. Called from any thread. */
    void stop() {
        stopping = true;
        selector.wakeup();
    }

    /**
     * Closes the socket and the selector: the thread's last act, and whoever stops a loop that never ran. Not for others
     * while it runs: the selector cannot be closed under a thread that serves, and would hold them up for as long.
     */
    void release() {
        try (server;
                selector) {
            tasks.clear();
        } catch (IOException e) {
            log.debug("TCP listener '{}': closing its socket failed", settings.name(), e);
        }
    }

    TcpConnection connect(SocketChannel channel, TcpAcceptor acceptor, StreamIntake intake) throws IOException {
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        TcpConnection connection = new TcpConnection(
                settings, channel, key, intake, receipt, metrics, memory, this, acceptor, timers, clock);
        key.attach(connection);
        connection.begin();
        return connection;
    }

    TcpMetrics metrics() {
        return metrics;
    }

    Timers timers() {
        return timers;
    }
}
