// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.examples.collector.syslog.FrameDecoder;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration of both listeners has in common; not for use by several threads at once.
 *
 * @param <B> the builder itself
 */
abstract sealed class ListenerBuilder<B extends ListenerBuilder<B>> permits TcpListener.Builder, UdpListener.Builder {

    final String name;
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5514);
    int frameLimit = FrameDecoder.DEFAULT_LIMIT;
    Clock clock = Clock.system();

    @Nullable
    MeterRegistry registry;

    private InstantSource wallClock = InstantSource.system();
    private @Nullable IdSource ids;

    ListenerBuilder(String name) {
        this.name = requireNonNull(name, "name");
    }

    abstract B self();

    /**
     * Where to listen. Without it, port 5514 of the loopback address.
     *
     * @param address the address; port 0 lets the system choose one
     * @return this builder
     */
    @CanIgnoreReturnValue
    public B address(InetSocketAddress address) {
        this.address = requireNonNull(address, "address");
        return self();
    }

    /**
     * How long a frame may be; a longer one is cut off and bad. Without it, 64 KiB: no datagram is longer.
     *
     * @param bytes the limit; at least 16
     * @return this builder
     */
    @CanIgnoreReturnValue
    public B frameLimit(int bytes) {
        this.frameLimit = bytes;
        return self();
    }

    /**
     * Where ids come from. Without it, a source of its own; listeners that feed one database must share one.
     *
     * @param ids the source
     * @return this builder
     */
    @CanIgnoreReturnValue
    public B ids(IdSource ids) {
        this.ids = requireNonNull(ids, "ids");
        return self();
    }

    /**
     * What to measure waits and idle time with: the clock of the timers, if it has any. Without it, the machine's.
     *
     * @param clock the clock
     * @return this builder
     */
    @CanIgnoreReturnValue
    public B clock(Clock clock) {
        this.clock = requireNonNull(clock, "clock");
        return self();
    }

    /**
     * Where the time of receipt comes from. Without it, the machine's time of day.
     *
     * @param wallClock the time of day
     * @return this builder
     */
    @CanIgnoreReturnValue
    public B wallClock(InstantSource wallClock) {
        this.wallClock = requireNonNull(wallClock, "wallClock");
        return self();
    }

    /**
     * Publishes meters, named in {@link TcpMetrics} and {@link UdpMetrics}. Without it there are none.
     *
     * @param registry where they go; {@code null} for none
     * @return this builder
     */
    @CanIgnoreReturnValue
    public B meterRegistry(@Nullable MeterRegistry registry) {
        this.registry = registry;
        return self();
    }

    final void requireValid() {
        Settings.requireAtLeast("frameLimit", frameLimit, 16);
    }

    final Receipt receipt() {
        return new Receipt(wallClock, ids == null ? IdSource.random() : ids);
    }
}
