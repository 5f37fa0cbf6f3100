// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.coordination.pool.PoolReport;
import io.github.esclusa.core.lock.Held;
import io.github.esclusa.examples.collector.web.Dom.Shown;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, in front of real components: the numbers it shows are those of {@code /metrics}. */
@Timeout(300)
class PageIT {

    private static final String SYSLOG = "name=\"syslog\"";
    private static final Set<Thread.State> WAITS = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicReference<Health> health = new AtomicReference<>(new Health("RUNNING", true, List.of()));

    private Browser browser;
    private SmallCollector collector;
    private MetricsServer server;

    @SuppressWarnings("NullAway.Init") // By start(), before each test.
    PageIT() {}

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        assumeTrue(Browser.installed().isPresent(), "Chromium is not installed: the page is not tested in a browser");
        browser = new Browser(Browser.installed().orElseThrow(), directory);
        collector = new SmallCollector(registry);
        server = MetricsServer.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), registry, health::get);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
            collector.close();
        }
    }

    @Test
    void theNumbersItShowsAreThoseOfMetrics() throws Exception {
        fillAndHold();
        Scrape before = new Scrape(registry.scrape());
        Dom dom = browser.load(url(), 5000);
        Scrape after = new Scrape(registry.scrape());

        Map<String, Double> expected = expected(before);
        assertThat(expected)
                .containsEntry("settled.dropped", 200.0)
                .containsEntry("settled.dead_lettered", 13.0)
                .containsEntry("refused.full", 1.0)
                .containsEntry("inlet.udp.queued", 100.0)
                .containsEntry("inlet.tcp.queued", 39.0)
                .containsEntry("pool.connections.active", 3.0)
                .hasEntrySatisfying(
                        "lock.table.waited", waited -> assertThat(waited).isPositive())
                .hasEntrySatisfying("pressure.count", held -> assertThat(held).isPositive());
        assertThat(expected(after)).as("nothing moved meanwhile").isEqualTo(expected);
        Set<String> compared = new TreeSet<>();
        expected.forEach((id, value) -> {
            for (Shown shown : dom.all(id)) {
                assertThat(shown.value()).as(id).isEqualTo(value);
                compared.add(id);
            }
        });
        assertThat(dom.chart("queue"))
                .contains(
                        "tcp queued 39 %, tcp in flight 100 %, udp queued 100 %, udp in flight 100 %, Capacity 100 %");
        counts(before).forEach((id, value) -> assertThat(
                        Long.parseLong(dom.number(id).text().replace(",", "")))
                .as("the text of " + id)
                .isEqualTo(value.longValue()));

        // What is left is what moves with time, or is a rate.
        Set<String> left = new TreeSet<>(dom.numbers().keySet());
        left.removeAll(compared);
        assertThat(left)
                .containsExactlyInAnyOrder(
                        "accepted.rate",
                        "delivered.rate",
                        "inlet.tcp.rate",
                        "inlet.udp.rate",
                        "pressure.rate",
                        "oldest",
                        "wait.max",
                        "batch.max",
                        "pressure.max",
                        "sojourn.max",
                        "stage.parse.max",
                        "stage.store.max",
                        "pool.connections.longest",
                        "kernel.drops",
                        "tcp.connections",
                        "tcp.held");
        assertThat(dom.number("accepted.rate").value()).isZero();
        assertThat(dom.number("oldest").value()).isPositive();
        assertThat(dom.number("kernel.drops")).as("nobody publishes it here").isEqualTo(new Shown("–", null));
    }

    /** A few large messages fill an inlet by their bytes long before it holds many; a sender that waits has to show meanwhile. */
    @Test
    void anInletThatIsFullByBytesAndHoldsASenderBackDoesNotLookIdle() throws Exception {
        String quarter = "x".repeat(SmallCollector.MAX_WEIGHT / 4);
        collector.holdStore();
        for (int i = 0; i < 4; i++) {
            assertThat(collector.tcp().submit(quarter)).isEqualTo(Admission.ACCEPTED);
        }
        Thread held = new Thread(() -> submitOne(quarter));
        held.start();
        Awaitility.await().until(() -> WAITS.contains(held.getState()));

        Dom dom = browser.load(url(), 3000);
        assertThat(dom.number("inlet.tcp.inflight").value()).isEqualTo(4);
        assertThat(dom.number("inlet.tcp.fill")).isEqualTo(new Shown("100 % full", 1.0));
        assertThat(dom.number("inlet.udp.fill")).isEqualTo(new Shown("0 % full", 0.0));
        assertThat(dom.number("inlet.tcp.limit"))
                .as("in the unit of --max-memory")
                .isEqualTo(new Shown("1.00 MiB", (double) SmallCollector.MAX_WEIGHT));
        assertThat(dom.number("inlet.tcp.waiting")).isEqualTo(new Shown("1", 1.0));
        assertThat(dom.number("pressure.waiting")).isEqualTo(new Shown("1", 1.0));
        assertThat(dom.html()).contains("class=\"bar tight\"", "tcp: 100 % of its capacity in use");
        assertThat(dom.chart("queue"))
                .contains("tcp in flight 100 %, udp queued 0 %, udp in flight 0 %, Capacity 100 %");
        assertThat(dom.chart("pressure")).contains("tcp 1, udp 0");

        collector.releaseStore();
        held.join();
    }

    @Test
    void whatHasNotHappenedAtTheDoorTakesNoRoom() throws Exception {
        assertThat(collector.tcp().submit("x".repeat(SmallCollector.MAX_WEIGHT + 1)))
                .isEqualTo(Admission.TOO_HEAVY);
        Dom refused = browser.load(url(), 3000);
        assertThat(refused.tag("door-none")).contains("hidden");
        assertThat(refused.html())
                .containsPattern("<tr[^>]*hidden[^>]*><th scope=\"row\">Refused: full<")
                .containsPattern("<tr(?![^>]*hidden)[^>]*><th scope=\"row\">Refused: too large<");
    }

    @Test
    void theStateAndTheReasonsAreShown() throws Exception {
        health.set(new Health("DRAINING", false, List.of("asked to stop <b>now</b>", "3 messages left")));
        Dom dom = browser.load(url(), 3000);
        assertThat(dom.text("state")).isEqualTo("Draining");
        assertThat(dom.tag("state")).contains("bad");
        assertThat(dom.text("link")).isEqualTo("Live");
        assertThat(dom.tag("why")).doesNotContain("hidden");
        assertThat(dom.html()).contains("<li>asked to stop &lt;b&gt;now&lt;/b&gt;</li><li>3 messages left</li>");
    }

    @Test
    void ratesAndChartsComeFromTwoReadings() throws Exception {
        Thread feeder = new Thread(() -> {
            try {
                for (long i = 0; collector.tcp().submit("message " + i) == Admission.ACCEPTED; i++) {
                    Thread.onSpinWait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        feeder.start();
        try {
            Dom dom = browser.load(url(), 8000);
            assertThat(dom.number("accepted.rate").value()).isPositive();
            assertThat(dom.number("delivered.rate").value()).isPositive();
            assertThat(dom.number("inlet.udp.rate").value()).isZero();
            assertThat(dom.number("batch.time").value()).isPositive();
            for (String chart : List.of("throughput", "queue", "batch", "pressure")) {
                assertThat(dom.chart(chart))
                        .contains("class=\"line")
                        .contains("L")
                        .doesNotContain("Nothing to draw");
                assertThat(dom.chart(chart)).doesNotContain("NaN").doesNotContain("undefined");
            }
            assertThat(dom.chart("throughput"))
                    .containsPattern("aria-label=\"[^\"]*Accepted [0-9][^\"]*Delivered [0-9]");
            assertThat(dom.html()).containsPattern("<title>[0-9.,]+/s · Esclusa collector</title>");
        } finally {
            feeder.interrupt();
            feeder.join();
        }
    }

    @Test
    void aTerminatedPipelineIsToldAndNotShownAsZero() throws Exception {
        collector.close();
        Dom dom = browser.load(url(), 3000);
        assertThat(dom.tag("no-pipeline")).doesNotContain("hidden");
        assertThat(dom.number("accepted.total")).isEqualTo(new Shown("–", null));
        assertThat(dom.number("settled.delivered")).isEqualTo(new Shown("–", null));
        assertThat(dom.text("link")).isEqualTo("Live");
        assertThat(dom.html()).contains(">No pool is registered.<", ">No instrumented lock is registered.<");
    }

    @Test
    void aCollectorThatDoesNotAnswerIsToldApartFromAnIdleOne(@TempDir Path saved) throws Exception {
        Path page = Files.write(saved.resolve("page.html"), Page.load().html());
        Dom dom = browser.load(page.toUri().toString(), 3000);
        assertThat(dom.text("link")).isEqualTo("Disconnected");
        assertThat(dom.text("state")).isEqualTo("Unknown");
        assertThat(dom.tag("lost")).doesNotContain("hidden");
        assertThat(dom.number("accepted.total")).isEqualTo(new Shown("–", null));
    }

    /** Brings every number off zero that can be, then leaves everything standing still. */
    private void fillAndHold() throws Exception {
        for (int i = 0; i < 1234; i++) {
            assertThat(collector.tcp().submit(i % 100 == 7 ? "bad " + i : "message " + i))
                    .isEqualTo(Admission.ACCEPTED);
        }
        settled(1234);
        contend();
        collector.holdStore();
        for (int i = 0; i < SmallCollector.CAPACITY; i++) {
            assertThat(collector.tcp().submit("held " + i)).isEqualTo(Admission.ACCEPTED);
        }
        Thread blocked = new Thread(() -> submitOne("waited"));
        blocked.start();
        Awaitility.await().until(() -> WAITS.contains(blocked.getState()));
        collector.releaseStore();
        blocked.join();
        settled(1234 + SmallCollector.CAPACITY + 1);

        // Every writer is held with a full batch, then the parser with one line, and then both inlets fill up.
        collector.holdStore();
        for (int i = 0; i < SmallCollector.WRITERS * SmallCollector.BATCH; i++) {
            assertThat(collector.tcp().submit("held " + i)).isEqualTo(Admission.ACCEPTED);
        }
        Awaitility.await().until(this::writersAreHeld);
        assertThat(collector.tcp().submit(SmallCollector.STUCK)).isEqualTo(Admission.ACCEPTED);
        Awaitility.await().until(() -> collector.tcp().queued() == 0);
        for (int i = 0; i < 3 * SmallCollector.CAPACITY; i++) {
            assertThat(collector.udp().trySubmit("flood " + i)).isEqualTo(Admission.ACCEPTED);
        }
        while (collector.tcp().trySubmit("queued") == Admission.ACCEPTED) {
            Thread.onSpinWait();
        }
    }

    private boolean writersAreHeld() {
        PoolReport report = collector.connections().report();
        return report.stillLeased().size() == SmallCollector.WRITERS && report.creating() + report.busy() == 0;
    }

    private void submitOne(String message) {
        try {
            Admission unused = collector.tcp().submit(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void contend() throws InterruptedException {
        Thread second = new Thread(() -> {
            try (Held held = collector.table().hold()) {
                Thread.onSpinWait();
            }
        });
        try (Held held = collector.table().hold()) {
            second.start();
            Awaitility.await().until(() -> collector.table().queueLength() == 1);
        }
        second.join();
    }

    private void settled(long messages) {
        Awaitility.await()
                .until(() -> collector.pipeline().settled(Outcome.DELIVERED)
                                + collector.pipeline().settled(Outcome.DEAD_LETTERED)
                        == messages);
    }

    private String url() {
        InetSocketAddress at = server.localAddress();
        return "http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + "/";
    }

    /** What the page should show, where it does not move by itself. */
    private static Map<String, Double> expected(Scrape scrape) {
        Map<String, Double> expected = new TreeMap<>(counts(scrape));
        expected.put("batch.size", scrape.mean("esclusa_pipeline_batch_size_messages", SYSLOG, "stage=\"store\""));
        expected.put("wait.mean", scrape.mean("esclusa_pipeline_queue_wait_seconds", SYSLOG));
        expected.put("pressure.mean", scrape.mean("esclusa_pipeline_backpressure_seconds", SYSLOG));
        expected.put("sojourn.mean", scrape.mean("esclusa_pipeline_sojourn_seconds", SYSLOG));
        expected.put("batch.time", scrape.mean("esclusa_pipeline_stage_seconds", SYSLOG, "stage=\"store\""));
        for (String stage : List.of("parse", "store")) {
            expected.put(
                    "stage." + stage + ".mean",
                    scrape.mean("esclusa_pipeline_stage_seconds", SYSLOG, "stage=\"" + stage + "\""));
        }
        expected.put("pool.connections.mean", scrape.mean("esclusa_pool_acquire_seconds", "name=\"connections\""));
        expected.put("lock.table.mean", scrape.mean("esclusa_lock_wait_seconds", "name=\"table\""));
        for (String inlet : List.of("tcp", "udp")) {
            expected.put(
                    "inlet." + inlet + ".weight",
                    scrape.sum("esclusa_pipeline_weight_bytes", SYSLOG, "inlet=\"" + inlet + "\""));
            expected.put("inlet." + inlet + ".limit", (double) SmallCollector.MAX_WEIGHT);
            expected.put(
                    "inlet." + inlet + ".fill",
                    scrape.sum("esclusa_pipeline_in_flight_messages", SYSLOG, "inlet=\"" + inlet + "\"")
                            / SmallCollector.CAPACITY);
        }
        return expected;
    }

    /** The whole numbers among them, whose very text must be right. */
    private static Map<String, Double> counts(Scrape scrape) {
        String submitted = "esclusa_pipeline_submitted_messages_total";
        Map<String, Double> counts = new TreeMap<>();
        counts.put("accepted.total", scrape.sum(submitted, SYSLOG, "outcome=\"accepted\""));
        counts.put(
                "refused.total", scrape.sum(submitted, SYSLOG) - scrape.sum(submitted, SYSLOG, "outcome=\"accepted\""));
        for (String outcome : List.of("full", "timeout", "too_heavy", "closed", "interrupted")) {
            counts.put("refused." + outcome, scrape.sum(submitted, SYSLOG, "outcome=\"" + outcome + "\""));
        }
        for (Outcome outcome : Outcome.values()) {
            counts.put(
                    "settled." + outcome.tag(),
                    scrape.sum("esclusa_pipeline_settled_messages_total", SYSLOG, "outcome=\"" + outcome.tag() + "\""));
        }
        counts.put("inflight.total", scrape.sum("esclusa_pipeline_in_flight_messages", SYSLOG));
        counts.put("pressure.waiting", scrape.sum("esclusa_pipeline_waiting_submissions", SYSLOG));
        counts.put(
                "between",
                scrape.sum("esclusa_pipeline_in_flight_messages", SYSLOG)
                        - scrape.sum("esclusa_pipeline_queued_messages", SYSLOG)
                        - scrape.sum("esclusa_pipeline_active_messages", SYSLOG));
        counts.put("queued.total", scrape.sum("esclusa_pipeline_queued_messages", SYSLOG));
        for (String inlet : List.of("tcp", "udp")) {
            String id = "inlet." + inlet + ".";
            String label = "inlet=\"" + inlet + "\"";
            double inFlight = scrape.sum("esclusa_pipeline_in_flight_messages", SYSLOG, label);
            double queued = scrape.sum("esclusa_pipeline_queued_messages", SYSLOG, label);
            counts.put(id + "inflight", inFlight);
            counts.put(id + "capacity", scrape.sum("esclusa_pipeline_capacity_messages", SYSLOG, label));
            counts.put(id + "queued", queued);
            counts.put(id + "working", inFlight - queued);
            counts.put(id + "waiting", scrape.sum("esclusa_pipeline_waiting_submissions", SYSLOG, label));
        }
        counts.put("batch.count", scrape.sum("esclusa_pipeline_stage_seconds_count", SYSLOG, "stage=\"store\""));
        counts.put("retries", scrape.sum("esclusa_pipeline_retries_messages_total", SYSLOG));
        counts.put("pressure.count", scrape.sum("esclusa_pipeline_backpressure_seconds_count", SYSLOG));
        counts.put("listener.failed", scrape.sum("esclusa_pipeline_listener_failed_errors_total", SYSLOG));
        for (String stage : List.of("parse", "store")) {
            counts.put(
                    "stage." + stage + ".active",
                    scrape.sum("esclusa_pipeline_active_messages", SYSLOG, "stage=\"" + stage + "\""));
        }
        for (String of : List.of("active_objects", "max_objects", "idle_objects", "pending_threads")) {
            counts.put(
                    "pool.connections." + of.substring(0, of.indexOf('_')),
                    scrape.sum("esclusa_pool_" + of, "name=\"connections\""));
        }
        counts.put("lock.table.taken", scrape.sum("esclusa_lock_acquisitions_total", "name=\"table\""));
        counts.put("lock.table.waited", scrape.sum("esclusa_lock_contended_total", "name=\"table\""));
        counts.put("lock.table.queued", scrape.sum("esclusa_lock_queued_threads", "name=\"table\""));
        return counts;
    }
}
