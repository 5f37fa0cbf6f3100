// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Serves the collector's metrics at {@code /metrics}, its health at {@code /health}, and at {@code /} a page that shows
 * both.
 *
 * <ul>
 *   <li>{@code /metrics}: Prometheus text, or OpenMetrics for a client that asks for it.
 *   <li>{@code /health}: one JSON object, {@code {"state":"READY","ok":true,"reasons":[]}}; status 200, or 503 when the
 *       health is not ok.
 *   <li>{@code /}: one page without outside resources, which polls the other two.
 * </ul>
 *
 * <p>Requests are served by a fixed number of threads, and each is cut off after a few seconds: a slow client cannot hang
 * the others for longer than that.
 *
 * <p>No more than {@value #MAX_CONNECTIONS} connections are open at once: one more is closed as soon as it comes, or they
 * would take the file descriptors of the whole process, without which the JDK's server tries to accept for ever and burns a
 * processor. A connection from which no request comes is closed after {@value #IDLE_SECONDS} to
 * {@value #IDLE_SECONDS} + 10 seconds, so silent ones keep others out for no longer than that. Both are settings of the
 * JDK's server for the whole JVM, read with the first server in it; whoever sets {@code jdk.httpserver.maxConnections} or
 * {@code sun.net.httpserver.idleInterval} (seconds) on the command line is heeded.
 */
public final class MetricsServer implements AutoCloseable {

    private static final String NAME = "collector-http";

    /** How many connections may be open at once. */
    static final int MAX_CONNECTIONS = 200;

    /** How long one may be open without a request, in seconds. */
    private static final int IDLE_SECONDS = 30;

    /** How many requests are served at a time. */
    static final int THREADS = 4;

    /** How many may be under way, those that wait for a thread included. */
    private static final int MAX_UNDER_WAY = 1024;

    private static final String REMEDY = "Choose others with --http and --bind";

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final HttpServer server;
    private final RequestThreads threads;

    private MetricsServer(HttpServer server, RequestThreads threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Binds the address and serves from then on.
     *
     * @param address where to listen; port 0 picks a free one
     * @param registry what to serve; not closed with the server
     * @param health asked at each request for {@code /health}, on one of the server's threads; should not block. What it
     *     throws becomes an answer with status 500
     * @return the server
     * @throws IOException if the address cannot be bound, because its port is in use for example; the message names both
     */
    public static MetricsServer open(
            InetSocketAddress address, PrometheusMeterRegistry registry, Supplier<Health> health) throws IOException {
        return open(address, registry, health, LIMIT);
    }

    /** As above, with the time after which a request is cut off. */
    static MetricsServer open(
            InetSocketAddress address, PrometheusMeterRegistry registry, Supplier<Health> health, Duration limit)
            throws IOException {
        requireNonNull(registry, "registry");
        requireNonNull(health, "health");
        Page page = Page.load();
        RequestThreads threads = new RequestThreads(NAME, THREADS, MAX_UNDER_WAY, limit);
        try {
            HttpServer server = bind(requireNonNull(address, "address"));
            try {
                server.createContext("/", new Routes(page, registry, health));
                server.setExecutor(threads);
                server.start();
                return new MetricsServer(server, threads);
            } catch (Throwable e) {
                server.stop(0);
                throw e;
            }
        } catch (Throwable e) {
            threads.close();
            throw e;
        }
    }

    /**
     * Where the server listens.
     *
     * @return the address bound, with the port picked when 0 was asked for; the last one after {@link #close}
     */
    public InetSocketAddress localAddress() {
        return server.getAddress();
    }

    /** Stops listening and cuts off the requests under way. Idempotent. */
    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    /** Before the first server of the JVM: its class reads them once. */
    private static void boundConnections() {
        setIfAbsent("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
        setIfAbsent("sun.net.httpserver.idleInterval", IDLE_SECONDS);
    }

    private static void setIfAbsent(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    private static HttpServer bind(InetSocketAddress address) throws IOException {
        String where = address.getHostString() + ":" + address.getPort();
        if (address.isUnresolved()) {
            throw new IOException("cannot serve metrics on " + where + ": no such host is known; " + REMEDY);
        }
        boundConnections();
        try {
            return HttpServer.create(address, 0);
        } catch (IOException | SecurityException e) {
            throw new IOException(
                    "cannot serve metrics on " + where + ": " + e.getMessage()
                            + "; is the port in use, or the address not this machine's? " + REMEDY,
                    e);
        }
    }

    @Override
    public String toString() {
        return "MetricsServer(" + localAddress() + ")";
    }
}
