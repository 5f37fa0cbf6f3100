// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.examples.collector.web.Scrape;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A full inlet of datagrams, with the store held still: who is lost, the oldest or the newest. */
@Timeout(120)
class CollectorOverflowIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HEADER = "<13>1 2026-01-01T00:00:00Z h a - - - ";
    private static final int CAPACITY = 1_000;
    private static final int FLOOD = 3_000;

    @TempDir
    Path directory = Path.of(".");

    /** With the store held: a flood, then one datagram more. Answers with the metrics of that moment, and lets go. */
    private Scrape flood(CollectorProcess collector) throws Exception {
        try (Connection lock = Stored.in(directory).connect()) {
            lock.createStatement().execute("BEGIN IMMEDIATE");
            int sent = 0;
            while (sent < FLOOD) { // no faster than it reads, so that the kernel has nothing to drop
                Clients.datagrams(collector.udpPort(), (HEADER + "flood").getBytes(US_ASCII), 200);
                int all = sent += 200;
                await().atMost(LONG).pollDelay(Duration.ZERO).until(() -> received(collector) >= all);
            }
            Clients.datagrams(collector.udpPort(), (HEADER + "the newest").getBytes(US_ASCII), 1);
            await().atMost(LONG).until(() -> received(collector) == FLOOD + 1);
            return collector.scrape();
        }
    }

    private static double received(CollectorProcess collector) throws Exception {
        Scrape scrape = collector.scrape();
        return scrape.sum("esclusa_pipeline_submitted_messages_total", "outcome=\"accepted\"", "inlet=\"udp\"")
                + scrape.sum("collector_udp_refused_messages_total");
    }

    private static double dropped(Scrape scrape) {
        return scrape.sum("esclusa_pipeline_settled_messages_total", "outcome=\"dropped\"");
    }

    private void assertEndsWith(CollectorProcess collector, int newest) throws Exception {
        collector.terminate();
        assertThat(collector.exitStatus()).isZero();
        Stored stored = Stored.in(directory);
        assertThat(stored.messages()).isEqualTo(collector.balance("delivered"));
        assertThat(stored.number("SELECT count(*) FROM messages WHERE message = 'the newest'"))
                .isEqualTo(newest);
    }

    @Test
    void dropOldestDropsTheOldestAndKeepsTheNewest() throws Exception {
        try (CollectorProcess collector =
                CollectorProcess.startReady(directory, List.of(), "--capacity", String.valueOf(CAPACITY))) {
            Scrape full = flood(collector);
            assertThat(dropped(full)).isEqualTo(FLOOD + 1 - CAPACITY);
            assertThat(full.sum("collector_udp_refused_messages_total")).isZero();
            assertThat(full.sum("esclusa_pipeline_queued_messages", "inlet=\"udp\""))
                    .as("what there is to drop")
                    .isGreaterThanOrEqualTo(CAPACITY / 4.0);
            assertEndsWith(collector, 1);
        }
    }

    @Test
    void rejectRefusesTheNewestAndDropsNone() throws Exception {
        try (CollectorProcess collector = CollectorProcess.startReady(
                directory, List.of(), "--capacity", String.valueOf(CAPACITY), "--udp-when-full", "reject")) {
            Scrape full = flood(collector);
            assertThat(full.sum("collector_udp_refused_messages_total")).isEqualTo(FLOOD + 1 - CAPACITY);
            assertThat(dropped(full)).isZero();
            assertEndsWith(collector, 0);
        }
    }
}
