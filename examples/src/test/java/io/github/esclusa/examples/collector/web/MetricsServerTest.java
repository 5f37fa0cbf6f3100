// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the metrics server answers, and what clients cannot do to it. */
@Timeout(120)
class MetricsServerTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Health WELL = new Health("READY", true, List.of());

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CyclicBarrier all = new CyclicBarrier(MetricsServer.THREADS);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    void servesTheRegistryAsPrometheusText() throws Exception {
        Counter.builder("apples").register(registry).increment(3);
        HttpResponse<String> response = get(open(() -> WELL), "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body()).contains("\napples_total 3.0\n").doesNotContain("# EOF");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/plain                                                                        | text",
                "*/*                                                                               | text",
                "application/json                                                                  | text",
                "application/openmetrics-text                                                      | open",
                "text/html, application/openmetrics-text; version=1.0.0; q=0.5, */*; q=0.1         | open",
                "application/openmetrics-text; q=0.6, text/plain; version=0.0.4; q=0.3, */*; q=0.2 | open",
                "application/openmetrics-text; q=0.2, text/plain; q=0.9                            | text",
                "application/openmetrics-text; q=0                                                 | text",
                "application/openmetrics-text; q=high                                              | text",
            })
    void servesOpenMetricsToWhoeverAsksForIt(String accept, String expected) throws Exception {
        Counter.builder("apples").register(registry).increment();
        HttpResponse<String> response = client.send(
                request(open(() -> WELL), "/metrics").header("Accept", accept).build(),
                HttpResponse.BodyHandlers.ofString());
        if (expected.equals("open")) {
            assertThat(header(response, "Content-Type")).startsWith("application/openmetrics-text; version=1.0.0");
            assertThat(response.body()).endsWith("# EOF\n");
        } else {
            assertThat(header(response, "Content-Type")).startsWith("text/plain");
            assertThat(response.body()).doesNotContain("# EOF");
        }
        assertThat(header(response, "Vary")).isEqualTo("Accept");
    }

    @Test
    void tellsHowItIsAndWhy() throws Exception {
        AtomicBoolean ok = new AtomicBoolean(true);
        MetricsServer server = open(() -> ok.get()
                ? WELL
                : new Health("NOT_READY", false, List.of("asked to \"stop\"", "tab\there, back\\slash, \uD83D\uDEB0")));
        HttpResponse<String> well = get(server, "/health");
        assertThat(well.statusCode()).isEqualTo(200);
        assertThat(header(well, "Content-Type")).startsWith("application/json");
        assertThat(well.body()).isEqualTo("{\"state\":\"READY\",\"ok\":true,\"reasons\":[]}\n");

        ok.set(false);
        HttpResponse<String> draining = get(server, "/health");
        assertThat(draining.statusCode()).isEqualTo(503);
        assertThat(draining.body())
                .isEqualTo("{\"state\":\"NOT_READY\",\"ok\":false,\"reasons\":[\"asked to \\\"stop\\\"\","
                        + "\"tab\\u0009here, back\\\\slash, \\ud83d\\udeb0\"]}\n");
    }

    @Test
    void anErrorOfTheSupplierIsAnswered() throws Exception {
        MetricsServer server = open(() -> {
            throw new AssertionError("no idea");
        });
        for (int i = 0; i < 2 * MetricsServer.THREADS; i++) {
            HttpResponse<String> response = get(server, "/health");
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).contains("no idea");
        }
        assertThat(get(server, "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void aGaugeThatThrowsCostsOnlyItsOwnValue() throws Exception {
        Gauge.builder("broken", () -> {
                    throw new IllegalStateException("gauge");
                })
                .register(registry);
        Counter.builder("apples").register(registry).increment();
        HttpResponse<String> response = get(open(() -> WELL), "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("broken NaN").contains("apples_total 1.0");
    }

    @Test
    void thePageMayLoadNothingButItself() throws Exception {
        HttpResponse<String> page = get(open(() -> WELL), "/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(page, "Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "connect-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.body())
                .doesNotContainPattern("(?:src|href)=\"(?!data:|metrics|health)")
                .doesNotContain("@import", "style=\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/health", "/nowhere"})
    void everyAnswerCarriesTheSecurityHeaders(String path) throws Exception {
        HttpResponse<String> response = get(open(() -> WELL), path);
        assertThat(header(response, "Content-Security-Policy"))
                .contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(response, "X-Frame-Options")).isEqualTo("DENY");
        assertThat(header(response, "Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/health"})
    void headAnswersAsGetWithoutABody(String path) throws Exception {
        Counter.builder("apples").register(registry).increment();
        MetricsServer server = open(() -> WELL);
        HttpResponse<String> head = client.send(
                request(server, path)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> get = get(server, path);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Type")).isEqualTo(header(get, "Content-Type"));
        assertThat(header(head, "Content-Length")).isEqualTo(header(get, "Content-Length"));
        assertThat(get.body()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metricsfoo", "/metrics/", "/index.html", "/..%2fetc"})
    void whatIsNotThereIsNotFound(String path) throws Exception {
        assertThat(get(open(() -> WELL), path).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void otherMethodsAreRefused(String method) throws Exception {
        MetricsServer server = open(() -> WELL);
        HttpResponse<String> response = client.send(
                request(server, "/metrics")
                        .method(method, HttpRequest.BodyPublishers.ofString("x".repeat(1000)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(header(response, "Allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        InetSocketAddress taken = open(() -> WELL).localAddress();
        long threads = serverThreads();
        assertThatThrownBy(() -> MetricsServer.open(taken, registry, () -> WELL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot serve metrics on " + taken.getHostString() + ":" + taken.getPort() + ": ")
                .hasMessageContaining("in use")
                .hasMessageEndingWith("? Choose others with --http and --bind");
        await().until(() -> serverThreads() <= threads);
    }

    private static long serverThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("collector-http"))
                .count();
    }

    @Test
    void anUnknownHostIsNamed() {
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 9464);
        assertThatThrownBy(() -> MetricsServer.open(nowhere, registry, () -> WELL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere.invalid:9464");
    }

    /** They would take the file descriptors, and without one the JDK's server tries to accept for ever. */
    @Test
    void aConnectionTooManyIsClosedAtOnceAndOneThatLeavesMakesRoom() throws Exception {
        MetricsServer server = open(() -> WELL);
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < MetricsServer.MAX_CONNECTIONS; i++) {
            silent.add(connect(server));
        }
        Socket tooMany = connect(server);
        tooMany.setSoTimeout(20_000); // a silent one that is not too many is closed after 30 seconds
        assertThat(drain(tooMany)).isZero();
        for (Socket each : silent) {
            each.close();
        }
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> get(server, "/health").statusCode() == 200);
    }

    @Test
    void clientsThatNeverFinishTheirRequestAreCutOffAndHoldUpNobody() throws Exception {
        MetricsServer server = open(this::together, Duration.ofSeconds(2));
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 3 * MetricsServer.THREADS; i++) {
            Socket socket = connect(server);
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHos".getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        assertThat(get(server, "/nowhere").statusCode()).isEqualTo(404);
        for (Socket socket : slow) {
            assertThat(drain(socket)).as("bytes answered to half a request").isZero();
        }
        allThreadsServeAgain(server);
    }

    @Test
    void clientsThatDoNotReadAreCutOffAndHoldUpNobody() throws Exception {
        int meters = 20_000;
        for (int i = 0; i < meters; i++) {
            Counter.builder("padding").tag("n", i + "-" + "x".repeat(400)).register(registry);
        }
        int expected = get(open(() -> WELL), "/metrics").body().length();
        MetricsServer server = open(this::together, Duration.ofSeconds(3));
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < MetricsServer.THREADS; i++) {
            Socket socket = connect(server);
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        assertThat(get(server, "/nowhere").statusCode()).isEqualTo(404);
        // The threads are free again: the answers were given up before anybody read them.
        allThreadsServeAgain(server);
        for (Socket socket : slow) {
            assertThat(drain(socket)).as("bytes of an answer that was cut off").isLessThan(expected);
        }
    }

    @Test
    void aSupplierThatBlocksIsInterruptedAtTheLimit() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        MetricsServer server = open(
                () -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return WELL;
                },
                Duration.ofMillis(100));
        for (int i = 0; i < 2 * MetricsServer.THREADS; i++) {
            assertThatThrownBy(() -> get(server, "/health")).isInstanceOf(IOException.class);
        }
        assertThat(get(server, "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void closeFreesThePortAndCutsOffWhoIsWaiting() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        MetricsServer server = open(() -> {
            inside.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return WELL;
        });
        InetSocketAddress address = server.localAddress();
        CompletableFuture<HttpResponse<String>> waiting =
                client.sendAsync(request(server, "/health").build(), HttpResponse.BodyHandlers.ofString());
        assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

        server.close();
        server.close();

        assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        MetricsServer next = MetricsServer.open(address, registry, () -> WELL);
        opened.add(next);
        assertThat(get(next, "/health").statusCode()).isEqualTo(200);
    }

    /** Asks as many questions at once as there are threads; {@link #together} answers none before all are asked. */
    private void allThreadsServeAgain(MetricsServer server) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < MetricsServer.THREADS; i++) {
            answers.add(client.sendAsync(request(server, "/health").build(), HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.orTimeout(60, TimeUnit.SECONDS).join().statusCode())
                    .isEqualTo(200);
        }
    }

    private Health together() {
        try {
            all.await(60, TimeUnit.SECONDS);
            return WELL;
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("not all threads serve", e);
        }
    }

    private MetricsServer open(Supplier<Health> health) throws IOException {
        return open(health, Duration.ofSeconds(60));
    }

    private MetricsServer open(Supplier<Health> health, Duration limit) throws IOException {
        MetricsServer server =
                MetricsServer.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), registry, health, limit);
        opened.add(server);
        return server;
    }

    private Socket connect(MetricsServer server) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(60_000);
        socket.connect(server.localAddress());
        opened.add(socket);
        return socket;
    }

    /** Reads to the end; a connection reset is one. */
    private static long drain(Socket socket) throws IOException {
        long read = 0;
        byte[] buffer = new byte[1 << 16];
        InputStream in = socket.getInputStream();
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                read += n;
            }
        } catch (SocketException reset) {
            return read;
        }
        return read;
    }

    private static HttpRequest.Builder request(MetricsServer server, String path) {
        InetSocketAddress at = server.localAddress();
        return HttpRequest.newBuilder(
                        URI.create("http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + path))
                .timeout(LONG);
    }

    private HttpResponse<String> get(MetricsServer server, String path) throws IOException, InterruptedException {
        return client.send(request(server, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
