// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.examples.collector.syslog.OctetCount;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives datagrams, one message each, and submits them from a thread of its own. An octet count before the message
 * ({@link OctetCount}) is no part of it.
 *
 * <pre>
 *   BOUND --start--> RUNNING --stopReading, close--> STOPPED
 *     +-----------------stopReading, close--------------^
 * </pre>
 *
 * <p>From {@link Builder#bind} on the kernel gathers datagrams; none is read before {@link #start}. What the intake does
 * not take is counted as refused and gone, and so, as far as the system tells, is what the kernel drops.
 */
public final class UdpListener implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UdpListener.class);

    private final String name;
    private final InetSocketAddress localAddress;

    private final ReceiveBuffer buffer;

    private final DatagramChannel channel;
    private final UdpMetrics metrics;
    private final ListenerThread thread;
    private final UdpReceiver receiver;

    private UdpListener(Builder config, DatagramChannel channel) throws IOException {
        this.name = config.name;
        this.channel = channel;
        this.localAddress = (InetSocketAddress) channel.getLocalAddress();
        this.buffer = new ReceiveBuffer(config.receiveBuffer, channel.getOption(StandardSocketOptions.SO_RCVBUF));
        this.thread = new ListenerThread("UDP listener '" + name + "'", NamedThreads.platform(name + "-udp"));
        this.metrics = new UdpMetrics(name, new KernelDrops(localAddress), buffer.granted(), config.registry);
        try {
            this.receiver = new UdpReceiver(
                    name, channel, config.frameLimit, config.receipt(), new Pause(config.clock), metrics);
        } catch (Throwable e) { // its buffer is 64 KiB that may not be there
            metrics.close();
            throw e;
        }
    }

    /**
     * Begins to build a listener.
     *
     * @param name what it is called in threads, meters, log lines and exceptions
     * @return a builder with defaults for everything else
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
     * Begins to read.
     *
     * @param intake where the datagrams go; called on one thread
     * @throws IllegalStateException if the listener has been started before, or stopped
     */
    public void start(DatagramIntake intake) {
        requireNonNull(intake, "intake");
        if (buffer.isSmall()) {
            log.info("UDP listener '{}': {}", name, buffer.explained());
        }
        thread.start(() -> receiver.run(intake));
    }

    /**
     * How many datagrams the intake has accepted.
     *
     * @return the number so far
     */
    public long accepted() {
        return metrics.accepted();
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
     * Stops reading, at once, and closes the socket. A datagram whose submission waits for room is interrupted and
     * counted as refused; what the kernel holds is lost. When this returns nothing more is submitted, unless the intake
     * ignores the interrupt for five seconds. Further calls do nothing.
     */
    public void stopReading() {
        receiver.stop();
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("UDP listener '{}': closing its socket failed", name, e);
        }
        thread.interrupt();
        thread.stop();
    }

    /** As {@link #stopReading}; its meters go. */
    @Override
    public void close() {
        stopReading();
        metrics.close();
    }

    @Override
    public String toString() {
        return "UdpListener(" + name + ", " + Endpoint.text(localAddress) + ")";
    }

    /** Configures a listener; not for use by several threads at once. */
    public static final class Builder extends ListenerBuilder<Builder> {

        private static final int DEFAULT_RECEIVE_BUFFER = 8 << 20;

        private int receiveBuffer = DEFAULT_RECEIVE_BUFFER;

        private Builder(String name) {
            super(name);
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * What to ask the kernel for, to gather datagrams in while they are not read. Without it, 8 MiB; the system may
         * grant less.
         *
         * @param bytes the size; at least 1
         * @return this builder
         */
        @CanIgnoreReturnValue
        public Builder receiveBuffer(int bytes) {
            this.receiveBuffer = bytes;
            return this;
        }

        /**
         * Binds the socket. Nothing is read yet.
         *
         * @return the listener; close it, started or not
         * @throws java.net.BindException if the address cannot be bound; the message names it, its port, and why
         * @throws IOException if there is no socket to be had
         * @throws IllegalArgumentException if a setting is out of its range
         * @throws IllegalStateException if a live listener of this name publishes to the same meter registry
         */
        public UdpListener bind() throws IOException {
            requireValid();
            Settings.requireAtLeast("receiveBuffer", receiveBuffer, 1);
            DatagramChannel channel = DatagramChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
                try {
                    channel.bind(address);
                } catch (IOException | RuntimeException e) {
                    throw Endpoint.bindFailed("UDP", name, address, e);
                }
                return new UdpListener(this, channel);
            } catch (Throwable e) {
                channel.close();
                throw e;
            }
        }
    }
}
