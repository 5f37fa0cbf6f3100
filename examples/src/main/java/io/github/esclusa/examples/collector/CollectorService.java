// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.coordination.startup.Component;
import io.github.esclusa.coordination.startup.ComponentStatus;
import io.github.esclusa.coordination.startup.StartupFailed;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.startup.StopReport;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.signal.Registration;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.net.Endpoint;
import io.github.esclusa.examples.collector.net.TcpListener;
import io.github.esclusa.examples.collector.net.UdpListener;
import io.github.esclusa.examples.collector.store.Store;
import io.github.esclusa.examples.collector.store.StoreCounts;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.github.esclusa.examples.collector.web.Health;
import io.github.esclusa.examples.collector.web.MetricsServer;
import io.github.esclusa.pipeline.Inlet;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.PipelineState;
import io.github.esclusa.pipeline.report.DrainReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running collector: its parts, started behind a gate and stopped in reverse. No byte is read before every part is
 * ready.
 */
final class CollectorService implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CollectorService.class);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    /** Of a start that failed or was broken off, and of a close that a second signal hurries: neither loses anything. */
    private static final Duration SHORT_STOP_TIMEOUT = Duration.ofSeconds(1);

    private final Signal stopNow;
    private final StartupGate gate;
    private final Component<Store> store;
    private final Component<Pipeline<Frame>> pipeline;
    private final Component<MetricsServer> web;
    private final Component<UdpListener> udp;
    private final Component<TcpListener> tcp;

    /** Of the one thread that starts, stops and closes. */
    private boolean closed;

    private CollectorService(CollectorConfig config, Signal stopNow) {
        this.stopNow = stopNow;
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        IdSource ids = IdSource.random();
        StartupGate.Builder parts =
                StartupGate.builder("collector").stopTimeout(SHORT_STOP_TIMEOUT).meterRegistry(registry);
        store = parts.component("database", () -> openStore(config, ids, registry));
        pipeline = parts.component("pipeline", () -> Ingest.start(config, store(), registry))
                .after(store);
        web = parts.component(
                "page",
                () -> MetricsServer.open(
                        new InetSocketAddress(config.bind(), config.httpPort()), registry, this::health));
        Component<Timers> timers = parts.component(
                "timers",
                () -> Timers.builder("sessions").meterRegistry(registry).start());
        udp = parts.component("udp", () -> UdpListener.builder("udp")
                .address(new InetSocketAddress(config.bind(), config.udpPort()))
                .ids(ids)
                .meterRegistry(registry)
                .bind());
        tcp = parts.component("tcp", () -> TcpListener.builder("tcp")
                        .address(new InetSocketAddress(config.bind(), config.tcpPort()))
                        .idle(config.idle())
                        .frameMemory(config.maxMemoryBytes() / 2)
                        .timers(timers.get())
                        .ids(ids)
                        .meterRegistry(registry)
                        .bind())
                .after(timers);
        gate = parts.build();
    }

    /**
     * Starts every part, then reads.
     *
     * @param stop breaks the start off; once this has returned, it is the caller's to stop what was started
     * @param stopNow hurries {@link #stop} and {@link #close}
     * @throws StartupFailed if a part could not be started, or {@code stop} was set first; nothing is left open
     */
    static CollectorService start(CollectorConfig config, Signal stop, Signal stopNow) throws InterruptedException {
        CollectorService service = new CollectorService(config, stopNow);
        StartupGate gate = service.gate;
        // On a thread of its own: it may wait for the rollback, and a second signal is not to wait with it.
        try (Registration cut = stop.onSet(
                () -> NamedThreads.daemon("stop").newThread(gate::close).start())) {
            gate.start(START_TIMEOUT);
            if (!cut.cancel()) { // the signal came first, though the gate may have opened meanwhile
                gate.close();
                gate.awaitReady(Duration.ZERO);
            }
        }
        boolean reading = false;
        try {
            service.read();
            reading = true;
            return service;
        } finally {
            if (!reading) {
                service.close();
            }
        }
    }

    private void read() {
        Inlet<Frame> datagrams = pipeline.get().inlet(Ingest.UDP);
        Inlet<Frame> streams = pipeline.get().inlet(Ingest.TCP);
        udp.get().start(frame -> Ingest.verdict(datagrams.submit(frame)));
        tcp.get()
                .start((frame, whenDecided) -> Ingest.verdict(
                        streams.submit(frame, admission -> whenDecided.accept(Ingest.verdict(admission)))));
    }

    /** Nothing is read, so no id given, before every component is there: the ids start above those of earlier runs. */
    private static Store openStore(CollectorConfig config, IdSource ids, MeterRegistry registry)
            throws InterruptedException {
        Store store = Store.builder("database")
                .url(config.db())
                .writers(config.writers())
                .meterRegistry(registry)
                .open();
        try {
            ids.startAbove(store.highestId());
            return store;
        } catch (RuntimeException | InterruptedException e) {
            store.close();
            throw e;
        }
    }

    /** What to say when everything is ready. */
    String greeting() {
        return "collector: ready; udp " + Endpoint.text(udpAddress()) + ", tcp " + Endpoint.text(tcpAddress())
                + ", page http://" + Endpoint.text(web.get().localAddress()) + "/, " + store().writers()
                + (store().writers() == 1 ? " writer" : " writers") + " into " + database();
    }

    InetSocketAddress udpAddress() {
        return udp.get().localAddress();
    }

    InetSocketAddress tcpAddress() {
        return tcp.get().localAddress();
    }

    /** How many of the messages that the pipeline has accepted came over UDP. */
    long acceptedOverUdp() {
        return udp.get().accepted();
    }

    Pipeline<Frame> pipeline() {
        return pipeline.get();
    }

    /** The database's URL, without its passwords. */
    String database() {
        return store().url();
    }

    StoreCounts counts() throws InterruptedException {
        return store().counts();
    }

    /**
     * Stops reading and works off what was accepted; {@code stopNow} shuts the pipeline down at once.
     *
     * @return the balance
     */
    DrainReport<Frame> stop() throws InterruptedException {
        udp.get().stopReading();
        tcp.get().stopReading();
        try (Registration cut = stopNow.onSet(() -> pipeline().shutdownNow())) {
            boolean failed = pipeline().state() == PipelineState.FAILED;
            return pipeline().shutdown(failed ? Collector.FAILED_DRAIN_TIMEOUT : Collector.DRAIN_TIMEOUT);
        }
    }

    /**
     * Closes every part, the last one started first; {@code stopNow} leaves one that hangs behind. What went wrong is in
     * the log. Further calls do nothing.
     */
    @Override
    public void close() throws InterruptedException {
        if (closed) {
            return;
        }
        closed = true;
        StopReport report = close(gate, STOP_TIMEOUT, stopNow);
        if (!report.clean()) {
            log.warn("not all parts have closed cleanly: {}", report.components());
        }
    }

    /** Stops a gate; once a signal is set, within the gate's own stop timeout, for the shortest one asked for counts. */
    static StopReport close(StartupGate gate, Duration timeout, Signal now) throws InterruptedException {
        try (Registration hurry = now.onSet(gate::close)) {
            return gate.stop(timeout);
        }
    }

    private Store store() {
        return store.get();
    }

    private Health health() {
        List<String> reasons = new ArrayList<>();
        if (!gate.isReady()) {
            for (ComponentStatus part : gate.components()) {
                reasons.add(part.name() + " is " + part.state());
            }
            return new Health(gate.state().name(), false, reasons);
        }
        PipelineState state = pipeline().state();
        if (state != PipelineState.RUNNING) {
            reasons.add("the pipeline is " + state);
        }
        String outage = store().outage();
        if (outage != null) {
            reasons.add(outage);
        }
        Throwable udpFailure = udp.get().failure();
        if (udpFailure != null) {
            reasons.add("udp has failed: " + udpFailure.getMessage());
        }
        Throwable tcpFailure = tcp.get().failure();
        if (tcpFailure != null) {
            reasons.add("tcp has failed: " + tcpFailure.getMessage());
        }
        return new Health(reasons.isEmpty() ? "READY" : "NOT_READY", reasons.isEmpty(), reasons);
    }
}
