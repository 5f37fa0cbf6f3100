// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.thread.NamedThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and reads frames from all of them on one thread, whatever their number.
 *
 * <pre>
 *   BOUND --start--> RUNNING --stopReading, close--> STOPPED
 *     +-----------------stopReading, close--------------^
 * </pre>
 *
 * <p>From {@link Builder#bind} on the kernel lets senders connect; no byte is read before {@link #start}.
 *
 * <p><b>Back-pressure.</b> When the intake has no room for a frame, it keeps that one frame in line and the connection is
 * not read until the intake has decided: the kernel's buffers fill, and the sender is held back. The others go on. So
 * each connection costs no more than its one frame with the intake and what the same read brought and was not used
 * ({@value TcpLoop#LARGEST_READ} bytes), or one frame that has not come whole.
 *
 * <p><b>Memory.</b> What that takes is bounded over all connections ({@link Builder#frameMemory}), or a thousand of them
 * that send large frames at once, or never end them, would fill the heap. Above the bound only the connection whose frame
 * began first is read, so that frames get finished one after the other, and the others wait; they are read again as soon
 * as there is room. While any waits, no frame may take longer than five seconds: its connection is closed, its frame
 * given to the intake as bad.
 *
 * <p><b>Idle connections.</b> One from which nothing has come for the idle time is closed, and so is one that takes longer
 * than that for a single frame, which is then given to the intake as bad. Time during which the intake held the
 * connection back does not count against it.
 *
 * <p><b>Lost synchronisation.</b> A sender that counts octets and has counted one frame wrong is not understood from there
 * on. A line longer than the limit, after a counted frame, is taken for that: what there is of it is given to the intake as
 * bad, and the connection is closed, so that the sender begins anew on another one. A sender of lines loses no connection
 * by a long one.
 *
 * <p><b>Stopping.</b> {@link #stopReading} closes all sockets. Frames that were read but not offered yet are counted as
 * refused: those behind the one for which a connection is being held back, and on every connection the one that has not
 * come whole. Those in line with the intake are the intake's.
 */
public final class TcpListener implements AutoCloseable {

    private final String name;
    private final InetSocketAddress localAddress;
    private final TcpMetrics metrics;
    private final TcpLoop loop;
    private final ListenerThread thread;

    private TcpListener(Builder config, Timers timers, ServerSocketChannel server, Selector selector)
            throws IOException {
        this.name = config.name;
        this.localAddress = (InetSocketAddress) server.getLocalAddress();
        TcpSettings settings =
                new TcpSettings(name, config.frameLimit, config.idle, config.maxConnections, config.frameMemory);
        this.thread = new ListenerThread("TCP listener '" + name + "'", NamedThreads.platform(name + "-tcp"));
        this.metrics = new TcpMetrics(name, config.registry);
        try {
            this.loop = new TcpLoop(settings, server, selector, timers, config.clock, config.receipt(), metrics);
        } catch (Throwable e) { // its buffer is 64 KiB that may not be there
            metrics.close();
            throw e;
        }
    }

    /**
     * Begins to build a listener.
     *
     * @param name what it is called in threads, meters, log lines and exceptions
     * @return a builder with defaults for everything but the timers
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Where it listens.
     *
     * @return the address, with the port that was chosen if none was asked for
     */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    /**
     * Begins to accept and to read.
     *
     * @param intake where the frames go; called on one thread, which must not wait
     * @throws IllegalStateException if the listener has been started before, or stopped
     */
    public void start(StreamIntake intake) {
        requireNonNull(intake, "intake");
        thread.start(() -> loop.run(intake));
    }

    /**
     * Why it has ended by itself, for a health check.
     *
     * @return the failure; {@code null} while it works, and when it was stopped
     */
    public @Nullable Throwable failure() {
        return thread.failure();
    }

    /**
     * Stops accepting and reading, at once, and closes all sockets. When this returns nothing more is offered, unless the
     * intake has broken its promise never to wait: then it returns after five seconds, and the sockets are closed when the
     * intake has come back. Further calls do nothing.
     */
    public void stopReading() {
        loop.stop();
        if (thread.stop()) {
            loop.release();
        }
    }

    /** As {@link #stopReading}; its meters go. */
    @Override
    public void close() {
        stopReading();
        metrics.close();
    }

    @Override
    public String toString() {
        return "TcpListener(" + name + ", " + Endpoint.text(localAddress) + ")";
    }

    /** Configures a listener; not for use by several threads at once. */
    public static final class Builder extends ListenerBuilder<Builder> {

        private static final int BACKLOG = 1024;
        private static final long DEFAULT_FRAME_MEMORY = 32L << 20;

        private Duration idle = Duration.ofMinutes(5);
        private int maxConnections = 2_000;
        private long frameMemory = DEFAULT_FRAME_MEMORY;
        private @Nullable Timers timers;

        private Builder(String name) {
            super(name);
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * How long a connection may be silent, and how long it may take for one frame. Without it, 5 minutes.
         *
         * @param idle the longest time; longer than zero
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder idle(Duration idle) {
            this.idle = requireNonNull(idle, "idle");
            return this;
        }

        /**
         * How many connections may be open at once. Further senders wait in the kernel until one of them leaves. Without
         * it, 2,000.
         *
         * @param connections how many; at least 1
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder maxConnections(int connections) {
            this.maxConnections = connections;
            return this;
        }

        /**
         * How much all connections together may take for frames that have not come whole or wait for the intake. Above it
         * connections are not read until there is room again, and one whose frame has been on its way for five seconds is
         * closed. It may be exceeded by what two reads bring. Without it, 32 MiB.
         *
         * @param bytes the memory; at least the frame limit
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder frameMemory(long bytes) {
            this.frameMemory = bytes;
            return this;
        }

        /**
         * The timers that watch idle connections, one each; required. They stay the caller's to close, after this listener.
         *
         * @param timers the timers
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder timers(Timers timers) {
            this.timers = requireNonNull(timers, "timers");
            return this;
        }

        /**
         * Binds the socket. Nothing is accepted or read yet.
         *
         * @return the listener; close it, started or not
         * @throws java.net.BindException if the address cannot be bound; the message names it, its port, and why
         * @throws IOException if there is no socket to be had
         * @throws IllegalArgumentException if a setting is out of its range
         * @throws IllegalStateException if there are no timers, or a live listener of this name publishes to the same meter
         *     registry
         */
        public TcpListener bind() throws IOException {
            requireValid();
            Settings.requireAtLeast("maxConnections", maxConnections, 1);
            Settings.requireAtLeast("frameMemory", frameMemory, frameLimit);
            Settings.requirePositive("idle", idle);
            if (timers == null) {
                throw new IllegalStateException(
                        "TCP listener '" + name + "' has no timers to watch idle connections: call timers(...)");
            }
            ServerSocketChannel server = ServerSocketChannel.open();
            @Nullable Selector selector = null;
            try {
                try {
                    server.bind(address, BACKLOG);
                } catch (IOException | RuntimeException e) {
                    throw Endpoint.bindFailed("TCP", name, address, e);
                }
                server.configureBlocking(false);
                selector = Selector.open();
                return new TcpListener(this, timers, server, selector);
            } catch (Throwable e) {
                server.close();
                if (selector != null) {
                    selector.close();
                }
                throw e;
            }
        }
    }
}
