// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.examples.collector.net.TcpListener;
import io.github.esclusa.examples.collector.net.UdpListener;
import io.github.esclusa.examples.collector.net.Verdict;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in front of real listeners: what it shows of them is what {@code /metrics} says. */
@Timeout(120)
class ListenersPageIT {

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int LIMIT = 100;
    private static final byte[] TOO_LONG = ("x".repeat(2 * LIMIT) + "\n").getBytes(ISO_8859_1);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void theNumbersOfTheListenersAreThoseOfMetrics(@TempDir Path directory) throws Exception {
        assumeTrue(Browser.installed().isPresent(), "Chromium is not installed: the page is not tested in a browser");
        try (Timers timers = Timers.builder("sessions").start();
                TcpListener tcp = TcpListener.builder("tcp")
                        .address(ANY)
                        .frameLimit(LIMIT)
                        .timers(timers)
                        .meterRegistry(registry)
                        .bind();
                UdpListener udp = UdpListener.builder("udp")
                        .address(ANY)
                        .frameLimit(LIMIT)
                        .receiveBuffer(1)
                        .meterRegistry(registry)
                        .bind();
                MetricsServer server = MetricsServer.open(ANY, registry, () -> new Health("READY", true, List.of()));
                Socket held = new Socket(ANY.getAddress(), tcp.localAddress().getPort());
                Socket open = new Socket(ANY.getAddress(), tcp.localAddress().getPort());
                DatagramSocket datagrams = new DatagramSocket()) {
            for (int i = 0; i < 500; i++) { // before it reads, and into the smallest buffer: the kernel drops most
                datagrams.send(new DatagramPacket(TOO_LONG, TOO_LONG.length, udp.localAddress()));
            }
            udp.start(frame -> Verdict.ACCEPTED);
            tcp.start((frame, whenDecided) -> frame.fault() == null ? Verdict.WAITING : Verdict.ACCEPTED);
            held.getOutputStream().write("no room for this\n".getBytes(ISO_8859_1));
            for (int i = 0; i < 3; i++) {
                open.getOutputStream().write(TOO_LONG);
            }
            await().until(() -> {
                Scrape scrape = new Scrape(registry.scrape());
                return scrape.sum("collector_tcp_held_connections") == 1
                        && scrape.sum("collector_tcp_bad_frames_messages_total") == 3
                        && scrape.sum("collector_udp_datagrams_messages_total") > 0
                        && scrape.sum("collector_udp_kernel_drops_total")
                                        + scrape.sum("collector_udp_datagrams_messages_total")
                                >= (tells(scrape) ? 500 : 1);
            });

            Scrape scrape = new Scrape(registry.scrape());
            Dom dom = new Browser(Browser.installed().orElseThrow(), directory)
                    .load("http://127.0.0.1:" + server.localAddress().getPort() + "/", 3000);
            Map.of(
                            "tcp.connections", scrape.sum("collector_tcp_connections"),
                            "tcp.held", scrape.sum("collector_tcp_held_connections"),
                            "tcp.bad", scrape.sum("collector_tcp_bad_frames_messages_total"),
                            "udp.bad", scrape.sum("collector_udp_bad_frames_messages_total"))
                    .forEach((id, value) -> {
                        assertThat(value).as(id).isPositive();
                        assertThat(dom.number(id).value()).as(id).isEqualTo(value);
                    });
            assertThat(dom.number("tcp.connections").value()).isEqualTo(2);
            assertThat(dom.tag("sources")).doesNotContain("hidden");
            if (tells(scrape)) {
                assertThat(dom.number("kernel.drops").value())
                        .isPositive()
                        .isEqualTo(scrape.sum("collector_udp_kernel_drops_total"));
            }
        }
    }

    /** Whether the system tells what the kernel has dropped. */
    private static boolean tells(Scrape scrape) {
        Set<String> names = scrape.names();
        return names.contains("collector_udp_kernel_drops_total");
    }
}
