// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSetMultimap;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.startup.Barrier;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.collector.net.TcpListener;
import io.github.esclusa.examples.collector.net.UdpListener;
import io.github.esclusa.pipeline.Pipeline;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every meter that one of each kind of component registers, against the tables of docs/metrics.md. */
class RegisteredMetersTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<AutoCloseable> components = new ArrayList<>();

    @BeforeEach
    void openOneOfEachKind() throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Timers timers = Timers.builder("one").meterRegistry(registry).start();
        components.add(timers);
        components.add(Pipeline.<String>builder("one")
                .meterRegistry(registry)
                .inlet("first", inlet -> inlet.maxWeight(1_000, String::length))
                .inlet("second")
                .map("parse", String::strip)
                .batch(10, Duration.ofMillis(1))
                .sink("store", batch -> {})
                .start());
        components.add(ResourcePool.<String>builder("one")
                .create(() -> "resource")
                .max(1)
                .meterRegistry(registry)
                .open());
        StartupGate.Builder gate = StartupGate.builder("one").meterRegistry(registry);
        gate.component("part", () -> () -> {});
        components.add(gate.start(Duration.ofSeconds(20)));
        components.add(Barrier.builder("one").parties(2).meterRegistry(registry).build());
        components.add(InstrumentedLock.builder("one").meterRegistry(registry).build());
        components.add(TaskGroup.builder("one").meterRegistry(registry).open());
        components.add(TcpListener.builder("one")
                .address(anyPort)
                .timers(timers)
                .meterRegistry(registry)
                .bind());
        components.add(UdpListener.builder("one")
                .address(anyPort)
                .meterRegistry(registry)
                .bind());
    }

    @AfterEach
    void close() throws Exception {
        for (int i = components.size() - 1; i >= 0; i--) {
            components.get(i).close();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void areThoseOfTheCatalogueWithTypeUnitAndTags() throws IOException {
        Set<CatalogueRow> documented = CatalogueRow.all().stream()
                .filter(row -> !row.meter().equals("collector.udp.kernel.drops")
                        || Files.isReadable(Path.of("/proc/net/udp"))) // as its row says
                .collect(Collectors.toSet());
        assertThat(registered()).containsExactlyInAnyOrderElementsOf(documented);
    }

    @Test
    void haveTheSameTagsWhereverTheyHaveTheSameName() {
        ImmutableSetMultimap<String, Set<String>> tags = meters().collect(ImmutableSetMultimap.toImmutableSetMultimap(
                meter -> meter.getId().getName(), RegisteredMetersTest::tagKeys));
        assertThat(tags.asMap()).allSatisfy((meter, keys) -> assertThat(keys).hasSize(1));
        assertThat(tags.values()).allSatisfy(keys -> assertThat(keys).contains("name"));
    }

    /** The gauges of a timer's buckets are Micrometer's, and belong to the timer. */
    private Stream<Meter> meters() {
        return registry.getMeters().stream().filter(meter -> meter.getId().syntheticAssociation() == null);
    }

    private Set<CatalogueRow> registered() {
        return meters().map(meter -> new CatalogueRow(
                        meter.getId().getName(),
                        type(meter),
                        String.valueOf(meter.getId().getBaseUnit()),
                        tagKeys(meter)))
                .collect(Collectors.toSet());
    }

    private static String type(Meter meter) {
        return switch (meter.getId().getType()) {
            case COUNTER -> "counter";
            case GAUGE -> "seconds".equals(meter.getId().getBaseUnit()) ? "time gauge" : "gauge";
            case TIMER -> "timer";
            case DISTRIBUTION_SUMMARY -> "summary";
            case LONG_TASK_TIMER, OTHER -> "none that the page knows";
        };
    }

    private static Set<String> tagKeys(Meter meter) {
        return meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet());
    }
}
