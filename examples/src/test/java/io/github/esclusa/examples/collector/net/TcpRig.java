// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;

/** A listener on a free port with an intake, a clock moved by hand, and senders. */
final class TcpRig implements AutoCloseable {

    static final Duration IDLE = Duration.ofSeconds(30);
    static final Instant NOW = Instant.parse("2026-11-22T20:00:00.123456Z");

    final ManualClock clock = new ManualClock();
    final Timers timers = Timers.builder("idle").clock(clock).start();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final TestIntake intake = new TestIntake();
    final TcpListener listener;
    private final List<Socket> senders = new ArrayList<>();

    TcpRig() throws IOException {
        this(100, 2_000);
    }

    TcpRig(int frameLimit, int maxConnections) throws IOException {
        this(frameLimit, maxConnections, 32 << 20);
    }

    TcpRig(int frameLimit, int maxConnections, long frameMemory) throws IOException {
        this.listener = TcpListener.builder("tcp")
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .frameLimit(frameLimit)
                .maxConnections(maxConnections)
                .frameMemory(frameMemory)
                .idle(IDLE)
                .timers(timers)
                .clock(clock)
                .wallClock(InstantSource.fixed(NOW))
                .ids(new IdSource(1))
                .meterRegistry(registry)
                .bind();
    }

    TcpRig started() {
        listener.start(intake);
        return this;
    }

    Socket connect() throws IOException {
        Socket sender = new Socket();
        senders.add(sender);
        sender.setTcpNoDelay(true);
        sender.setSoTimeout(20_000);
        sender.connect(listener.localAddress(), 20_000);
        return sender;
    }

    static void send(Socket sender, String text) throws IOException {
        sender.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    double metric(String name) {
        return registry.find(name).meters().stream()
                .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
                .mapToDouble(measurement -> measurement.getValue())
                .sum();
    }

    void awaitMetric(String name, double value) {
        eventually(() -> metric(name) == value);
    }

    static void eventually(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    double closedFor(CloseReason reason) {
        return registry.get(TcpMetrics.CLOSED)
                .tag("reason", reason.tag())
                .functionCounter()
                .count();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        timers.close();
        for (Socket sender : senders) {
            sender.close();
        }
    }
}
