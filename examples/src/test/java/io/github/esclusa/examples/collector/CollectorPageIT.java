// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.examples.collector.web.Browser;
import io.github.esclusa.examples.collector.web.Dom;
import io.github.esclusa.examples.collector.web.Scrape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The running collector's own page in a real browser. It looks for pipeline and stages by their names: here those are the
 * names the collector gives them.
 */
@Timeout(180)
class CollectorPageIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String MESSAGE = "<13>1 2026-01-01T00:00:00Z host app - - - for the page";
    private static final Pattern LOOKED_UP = Pattern.compile("'((?:esclusa|collector)_[a-z_]+)'");

    @Test
    void whatItShowsOfTheCollectorIsWhatItsMetricsSay(@TempDir Path directory) throws Exception {
        assumeTrue(Browser.installed().isPresent(), "Chromium is not installed: the page is not tested in a browser");
        try (CollectorProcess collector = CollectorProcess.startReady(directory, List.of())) {
            Clients.send(collector.tcpPort(), (MESSAGE + "\n").repeat(40) + "no syslog\n".repeat(3));
            Clients.datagrams(collector.udpPort(), MESSAGE.getBytes(US_ASCII), 5);
            await().atMost(LONG).until(() -> isAtRest(collector.scrape(), 45, 3));
            Scrape scrape = collector.scrape();
            Dom dom = new Browser(Browser.installed().orElseThrow(), directory)
                    .load("http://127.0.0.1:" + collector.httpPort() + "/", 3000);

            Map<String, Double> expected = expected(scrape);
            assertThat(expected(collector.scrape()))
                    .as("nothing moved meanwhile")
                    .isEqualTo(expected);
            assertThat(expected)
                    .containsEntry("accepted.total", 48.0)
                    .containsEntry("settled.delivered", 45.0)
                    .containsEntry("settled.dead_lettered", 3.0)
                    .containsEntry("pool.database.active", 0.0)
                    .containsEntry("inlet.udp.inflight", 0.0);
            Map<String, Double> shown = new TreeMap<>();
            expected.keySet().forEach(id -> shown.put(id, dom.number(id).value()));
            assertThat(shown).isEqualTo(expected);
            for (String positive : List.of("batch.count", "batch.time", "inlet.tcp.capacity", "pool.database.max")) {
                assertThat(expected.get(positive)).as(positive).isPositive();
            }
            assertThat(dom.text("state")).isEqualTo("Ready");
            assertThat(dom.tag("no-pipeline")).contains("hidden");
            assertThat(dom.tag("sources")).doesNotContain("hidden");
            assertThat(dom.tag("door-none")).as("nothing was turned away").doesNotContain("hidden");
            assertThat(dom.html()).doesNotContain(">No pool is", ">No instrumented lock is", ">No inlet is");
            assertThat(lookedUp(dom)).hasSizeGreaterThan(25).allSatisfy(name -> assertThat(scrape.names())
                    .containsAnyOf(name, name + "_count"));
        }
    }

    private static boolean isAtRest(Scrape scrape, int delivered, int deadLettered) {
        String settled = "esclusa_pipeline_settled_messages_total";
        return scrape.sum(settled, "outcome=\"delivered\"") == delivered
                && scrape.sum(settled, "outcome=\"dead_lettered\"") == deadLettered
                && scrape.sum("esclusa_pipeline_in_flight_messages") == 0
                && scrape.sum("esclusa_pool_active_objects") == 0
                && scrape.sum("collector_tcp_connections") == 0;
    }

    /** Of what the page shows: what stays as it is while nothing comes in. */
    private static Map<String, Double> expected(Scrape scrape) {
        Map<String, Double> expected = new TreeMap<>();
        expected.put("accepted.total", scrape.sum("esclusa_pipeline_submitted_messages_total", "outcome=\"accepted\""));
        for (String outcome : List.of("delivered", "dead_lettered", "dropped", "failed", "unknown")) {
            expected.put(
                    "settled." + outcome,
                    scrape.sum("esclusa_pipeline_settled_messages_total", "outcome=\"" + outcome + "\""));
        }
        for (String name : List.of("tcp", "udp")) {
            String inlet = "inlet=\"" + name + "\"";
            expected.put("inlet." + name + ".capacity", scrape.sum("esclusa_pipeline_capacity_messages", inlet));
            expected.put("inlet." + name + ".inflight", scrape.sum("esclusa_pipeline_in_flight_messages", inlet));
        }
        expected.put("batch.count", scrape.sum("esclusa_pipeline_stage_seconds_count", "stage=\"store\""));
        expected.put("batch.size", scrape.mean("esclusa_pipeline_batch_size_messages", "stage=\"store\""));
        expected.put("batch.time", scrape.mean("esclusa_pipeline_stage_seconds", "stage=\"store\""));
        for (String of : List.of("active", "idle", "max")) {
            expected.put("pool.database." + of, scrape.sum("esclusa_pool_" + of + "_objects", "name=\"database\""));
        }
        expected.put("pool.database.mean", scrape.mean("esclusa_pool_acquire_seconds", "name=\"database\""));
        expected.put(
                "lock.database-dead-letters.taken",
                scrape.sum("esclusa_lock_acquisitions_total", "name=\"database-dead-letters\""));
        return expected;
    }

    /** The names in its script; the kernel's drops are not told everywhere. */
    private static Set<String> lookedUp(Dom dom) {
        return LOOKED_UP
                .matcher(dom.html())
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.equals("collector_udp_kernel_drops_total"))
                .collect(Collectors.toSet());
    }
}
