// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections and knows those that are open. The selector thread's own.
 *
 * <p>While as many are open as allowed, and for a moment after an accept that failed (the process has no file descriptor
 * left, say: the socket stays ready, and a loop would spin on it), the server socket is not selected; senders wait in the
 * kernel's backlog. The next connection to leave, or the end of the moment, brings it back.
 */
final class TcpAcceptor {

    private static final Logger log = LoggerFactory.getLogger(TcpAcceptor.class);
    private static final int ACCEPTED_AT_ONCE = 64;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final TcpSettings settings;
    private final ServerSocketChannel server;
    private final SelectionKey key;
    private final TcpLoop loop;
    private final StreamIntake intake;

    private final Set<TcpConnection> open = new HashSet<>();
    private boolean failing;

    /** From the first connection that has to wait until none does: one line in the log for all of that. */
    private boolean full;

    TcpAcceptor(TcpSettings settings, ServerSocketChannel server, SelectionKey key, TcpLoop loop, StreamIntake intake) {
        this.settings = settings;
        this.server = server;
        this.key = key;
        this.loop = loop;
        this.intake = intake;
    }

    void ready() {
        for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
            if (open.size() >= settings.maxConnections()) {
                if (!full) {
                    full = true;
                    log.warn(
                            "TCP listener '{}': {} connections are open, more have to wait",
                            settings.name(),
                            open.size());
                }
                key.interestOps(0);
                return;
            }
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException | RuntimeException e) {
                failed(e);
                return;
            }
            if (channel == null) {
                full = false; // nobody waits any more
                return;
            }
            failing = false;
            admit(channel);
        }
    }

    private void failed(Exception e) {
        loop.metrics().acceptFailed();
        if (!failing) {
            failing = true;
            log.warn("TCP listener '{}' cannot accept a connection; it tries again", settings.name(), e);
        }
        if (!server.isOpen()) {
            return;
        }
        key.interestOps(0);
        try {
            loop.timers().after(PAUSE, () -> loop.execute(this::resume));
        } catch (RuntimeException timerRefused) {
            log.warn(
                    "TCP listener '{}' accepts again when a connection has left: there was no timer to be had",
                    settings.name(),
                    timerRefused);
        }
    }

    private void resume() {
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    private void admit(SocketChannel channel) {
        try {
            open.add(loop.connect(channel, this, intake));
            loop.metrics().opened();
        } catch (Throwable e) {
            loop.metrics().acceptFailed();
            log.warn("TCP listener '{}' could not take on a connection, and closes it", settings.name(), e);
            try {
                channel.close();
            } catch (IOException suppressed) {
                log.debug("closing it failed", suppressed);
            }
        }
    }

    /** A connection has closed itself. */
    void left(TcpConnection connection) {
        open.remove(connection);
        resume();
    }

    void stop() {
        if (key.isValid()) {
            key.cancel();
        }
        for (TcpConnection connection : List.copyOf(open)) {
            connection.stop();
        }
    }
}
