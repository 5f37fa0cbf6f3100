// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.examples.collector.syslog.FrameDecoder;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.InstantSource;
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
 * each connection costs, beyond its one frame with the intake, no more than what one read brought and was not used
 * ({@value TcpLoop#LARGEST_READ} bytes; less each when there are many connections) and one frame that has not come whole.
 *
 * <p><b>Idle connections.</b> One from which nothing has come for the idle time is closed, and so is one that takes longer
 * than that for a single frame, which is then given to the intake as bad. Time during which the intake held the
 * connection back does not count against it.
 *
 * <p><b>Stopping.</b> {@link #stopReading} closes all sockets. Frames that were read but not offered yet, which only
 * connections that are being held back have, are counted as refused; those in line with the intake are the intake's.
 */
public final class TcpListener implements AutoCloseable {

    private final String name;
    private final InetSocketAddress localAddress;
    private final TcpMetrics metrics;
    private final TcpLoop loop;
    private final ListenerThread thread;

    private TcpListener(Builder config, Timers timers, IdSource ids, ServerSocketChannel server, Selector selector)
            throws IOException {
        this.name = config.name;
        this.localAddress = (InetSocketAddress) server.getLocalAddress();
        this.metrics = new TcpMetrics(name, config.registry);
        TcpSettings settings = new TcpSettings(name, config.frameLimit, config.idle, config.maxConnections);
        this.loop = new TcpLoop(
                settings, server, selector, timers, config.clock, new Receipt(config.wallClock, ids), metrics);
        this.thread = new ListenerThread("TCP listener '" + name + "'", NamedThreads.platform(name + "-tcp"));
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
     * intake has broken its promise never to wait. Further calls do nothing.
     */
    public void stopReading() {
        loop.stop();
        thread.stop();
        loop.release();
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
    public static final class Builder {

        private static final int BACKLOG = 1024;

        private final String name;
        private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5514);
        private int frameLimit = FrameDecoder.DEFAULT_LIMIT;
        private Duration idle = Duration.ofMinutes(5);
        private int maxConnections = 2_000;
        private Clock clock = Clock.system();
        private InstantSource wallClock = InstantSource.system();
        private @Nullable Timers timers;
        private @Nullable IdSource ids;
        private @Nullable MeterRegistry registry;

        private Builder(String name) {
            this.name = requireNonNull(name, "name");
        }

        /**
         * Where to listen. Without it, port 5514 of the loopback address.
         *
         * @param address the address; port 0 lets the system choose one
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder address(InetSocketAddress address) {
            this.address = requireNonNull(address, "address");
            return this;
        }

        /**
         * How long a frame may be; a longer one is cut off and bad. Without it, 64 KiB.
         *
         * @param bytes the limit; at least 16
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder frameLimit(int bytes) {
            this.frameLimit = bytes;
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
         * How many connections may be open at once. Further senders wait in the kernel until one of them leaves. It bounds
         * the memory that frames which have not come whole can take. Without it, 2,000.
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
         * Where ids come from. Without it, a source of its own; listeners that feed one database must share one.
         *
         * @param ids the source
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder ids(IdSource ids) {
            this.ids = requireNonNull(ids, "ids");
            return this;
        }

        /**
         * What to measure idle time with: the clock of the timers. Without it, the machine's.
         *
         * @param clock the clock
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder clock(Clock clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Where the time of receipt comes from. Without it, the machine's time of day.
         *
         * @param wallClock the time of day
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder wallClock(InstantSource wallClock) {
            this.wallClock = requireNonNull(wallClock, "wallClock");
            return this;
        }

        /**
         * Publishes meters, named in {@link TcpMetrics}. Without it there are none.
         *
         * @param registry where they go; {@code null} for none
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder meterRegistry(@Nullable MeterRegistry registry) {
            this.registry = registry;
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
            Settings.requireAtLeast("frameLimit", frameLimit, 16);
            Settings.requireAtLeast("maxConnections", maxConnections, 1);
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
                return new TcpListener(this, timers, ids == null ? IdSource.random() : ids, server, selector);
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
