// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipelineMetricsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** The catalogue: name, kind, base unit, tag keys besides {@code name}. */
    private static final List<String> CATALOGUE = List.of(
            "active GAUGE messages [stage]",
            "backpressure TIMER seconds [inlet]",
            "batch.size DISTRIBUTION_SUMMARY messages [stage]",
            "capacity GAUGE messages [inlet]",
            "failures COUNTER messages [stage]",
            "in.flight GAUGE messages [inlet]",
            "info GAUGE null []",
            "listener.failed COUNTER errors []",
            "max.weight GAUGE bytes [inlet]",
            "parked GAUGE messages [stage]",
            "queue.depth DISTRIBUTION_SUMMARY messages [inlet]",
            "queue.oldest GAUGE seconds [inlet]",
            "queue.wait TIMER seconds [inlet]",
            "queued GAUGE messages [inlet]",
            "retries COUNTER messages [stage]",
            "settled COUNTER messages [outcome]",
            "sojourn TIMER seconds []",
            "stage TIMER seconds [outcome, stage]",
            "stage.queued GAUGE messages [stage]",
            "submitted COUNTER messages [inlet, outcome]",
            "waiting GAUGE submissions [inlet]",
            "weight GAUGE bytes [inlet]");

    @Test
    void everyMeterOfTheCatalogueIsThereWithItsKindItsUnitAndItsTags() throws Exception {
        try (Pipeline<Integer> pipeline = watched("catalogue").start()) {
            Set<String> found = new TreeSet<>();
            for (Meter meter : registry.getMeters()) {
                Meter.Id id = meter.getId();
                if (id.getName().endsWith(".histogram")) {
                    continue; // the simple registry's own rendering of a timer's buckets
                }
                assertThat(id.getTag("name")).as("%s", id).isEqualTo(pipeline.name());
                assertThat(id.getDescription()).as("%s", id).isNotBlank();
                List<String> tags = id.getTags().stream()
                        .map(Tag::getKey)
                        .filter(key -> !key.equals("name"))
                        .sorted()
                        .toList();
                found.add(id.getName().substring(PipelineMetrics.PREFIX.length() + 1) + " " + kind(meter) + " "
                        + id.getBaseUnit() + " " + tags);
            }
            assertThat(found).containsExactlyElementsOf(CATALOGUE);
        }
    }

    @Test
    void everyPublishedNameIsAMeter() throws Exception {
        try (Pipeline<Integer> ignored = watched("names").start()) {
            Set<String> found = registry.getMeters().stream()
                    .map(meter -> meter.getId().getName())
                    .collect(Collectors.toSet());
            for (var field : PipelineMetrics.class.getFields()) {
                if (!field.getName().endsWith("_TAG") && !field.getName().equals("PREFIX")) {
                    assertThat(found).contains((String) field.get(null));
                }
            }
        }
    }

    @Test
    void tagValuesNameEveryAnswerEveryOutcomeEveryInletAndStage() throws Exception {
        try (Pipeline<Integer> ignored = watched("values").start()) {
            assertThat(values(PipelineMetrics.SUBMITTED, "outcome"))
                    .containsExactly("accepted", "closed", "full", "interrupted", "timeout", "too_heavy");
            assertThat(values(PipelineMetrics.SETTLED, "outcome"))
                    .containsExactly(
                            "dead_lettered", "delivered", "dropped", "failed", "filtered", "returned", "unknown");
            assertThat(values(PipelineMetrics.QUEUED, "inlet")).containsExactly("tcp", "udp");
            assertThat(values(PipelineMetrics.STAGE, "stage")).containsExactly("check", "store");
            assertThat(values(PipelineMetrics.STAGE, "outcome")).containsExactly("failure", "success");
        }
    }

    @Test
    void timersCarryBucketsFromTenMicrosecondsToTenSeconds() throws Exception {
        try (Pipeline<Integer> ignored = watched("buckets").start()) {
            List<Timer> timers = registry.getMeters().stream()
                    .filter(Timer.class::isInstance)
                    .map(Timer.class::cast)
                    .toList();
            assertThat(timers).isNotEmpty().allSatisfy(timer -> {
                var buckets = timer.takeSnapshot().histogramCounts();
                assertThat(buckets[0].bucket()).isEqualTo(10_000);
                assertThat(buckets[buckets.length - 1].bucket()).isEqualTo(10e9);
            });
        }
    }

    @Test
    void countersEqualTheReportAndGaugesTellTheState() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch holding = new CountDownLatch(1);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("equal")
                .capacity(4)
                .maxWeight(100, n -> n == 99 ? 101 : 10)
                .whenFull(Overflow.dropOldest())
                .meterRegistry(registry)
                .filter("odd", n -> n % 2 == 1)
                .sink("hold", n -> {
                    holding.countDown();
                    hold.await();
                })
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        accepted(pipeline.submit(2));
        accepted(pipeline.submit(3));
        accepted(pipeline.submit(4));
        assertThat(pipeline.submit(5)).isEqualTo(Admission.ACCEPTED); // drops 2
        assertThat(pipeline.submit(99)).isEqualTo(Admission.TOO_HEAVY);
        assertThat(value(PipelineMetrics.QUEUED)).isEqualTo(3);
        assertThat(value(PipelineMetrics.IN_FLIGHT)).isEqualTo(4);
        assertThat(value(PipelineMetrics.CAPACITY)).isEqualTo(4);
        assertThat(value(PipelineMetrics.WEIGHT)).isEqualTo(40);
        assertThat(value(PipelineMetrics.MAX_WEIGHT)).isEqualTo(100);
        assertThat(value(PipelineMetrics.ACTIVE)).isEqualTo(1);
        hold.countDown();
        Awaitility.await().until(() -> value(PipelineMetrics.IN_FLIGHT) == 0);
        Awaitility.await().until(() -> value(PipelineMetrics.ACTIVE) == 0);
        Map<String, Double> settled = new TreeMap<>();
        for (Outcome outcome : Outcome.values()) {
            settled.put(outcome.tag(), counted(PipelineMetrics.SETTLED, outcome.tag()));
        }
        double accepted = counted(PipelineMetrics.SUBMITTED, "accepted");
        assertThat(counted(PipelineMetrics.SUBMITTED, "too_heavy")).isEqualTo(1);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(accepted).isEqualTo((double) report.accepted()).isEqualTo(5);
        for (Outcome outcome : Outcome.values()) {
            assertThat(settled.get(outcome.tag())).as("%s", outcome).isEqualTo((double) report.count(outcome));
        }
        assertThat(report.delivered()).isEqualTo(3);
        assertThat(report.count(Outcome.FILTERED)).isEqualTo(1);
        assertThat(report.count(Outcome.DROPPED)).isEqualTo(1);
    }

    @Test
    void whereWeightIsNotBoundedThereIsNoBoundToShow() throws Exception {
        try (Pipeline<Integer> ignored = Pipeline.<Integer>builder("unweighed")
                .meterRegistry(registry)
                .sink("store", n -> {})
                .start()) {
            assertThat(registry.find(PipelineMetrics.CAPACITY).gauge()).isNotNull();
            assertThat(registry.find(PipelineMetrics.MAX_WEIGHT).gauge()).isNull();
        }
    }

    @Test
    void refusalsRetriesBatchesAndBackpressureAreCounted() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("counted")
                .capacity(3)
                .meterRegistry(registry)
                .batch(3, Duration.ofDays(1))
                .sink(
                        "store",
                        batch -> {
                            hold.await();
                            if (calls.incrementAndGet() == 1) {
                                throw new IOException("on purpose");
                            }
                        },
                        stage -> stage.onError(e -> e.retry(RetryConfig.custom()
                                .maxAttempts(2)
                                .waitDuration(Duration.ofMillis(1))
                                .build())))
                .start();
        accepted(pipeline.submit(1));
        accepted(pipeline.submit(2));
        accepted(pipeline.submit(3));
        assertThat(pipeline.trySubmit(4)).isEqualTo(Admission.FULL);
        assertThat(pipeline.submit(4, answer -> {})).isEqualTo(Admission.WAITING);
        hold.countDown();
        Awaitility.await().until(() -> pipeline.settled(Outcome.DELIVERED) == 3);
        Awaitility.await()
                .until(() -> registry.get(PipelineMetrics.BACKPRESSURE).timer().count() == 1);
        assertThat(counted(PipelineMetrics.SUBMITTED, "full")).isEqualTo(1);
        assertThat(registry.get(PipelineMetrics.RETRIES).counter().count()).isEqualTo(3);
        assertThat(registry.get(PipelineMetrics.FAILURES).counter().count()).isEqualTo(3);
        assertThat(registry.get(PipelineMetrics.BATCH_SIZE).summary().max()).isEqualTo(3);
        assertThat(registry.get(PipelineMetrics.BATCH_SIZE).summary().count()).isEqualTo(2);
        assertThat(registry.get(PipelineMetrics.STAGE)
                        .tag("outcome", "failure")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(pipeline.shutdown(LONG).delivered()).isEqualTo(4);
    }

    @Test
    void gaugesShowWhatIsParkedAndWhatWaitsBetweenStages() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch holding = new CountDownLatch(1);
        RetryConfig inADay = RetryConfig.custom()
                .maxAttempts(2)
                .waitDuration(Duration.ofDays(1))
                .build();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("between")
                .capacity(16)
                .meterRegistry(registry)
                .map(
                        "check",
                        n -> {
                            if (n == 4) {
                                throw new IOException("on purpose");
                            }
                            return n;
                        },
                        stage -> stage.onError(e -> e.retry(inADay)))
                .sink(
                        "store",
                        n -> {
                            holding.countDown();
                            hold.await();
                        },
                        stage -> stage.workers(1))
                .start();
        for (int i = 1; i <= 4; i++) {
            accepted(pipeline.submit(i));
        }
        holding.await();
        Awaitility.await().until(() -> staged(PipelineMetrics.PARKED, "check") == 1);
        assertThat(staged(PipelineMetrics.PARKED, "store")).isZero();
        assertThat(staged(PipelineMetrics.STAGE_QUEUED, "store")).isEqualTo(2);
        hold.countDown();
        Awaitility.await().until(() -> staged(PipelineMetrics.STAGE_QUEUED, "store") == 0);
        assertThat(pipeline.shutdownNow().returned()).containsExactly(4);
    }

    private double staged(String meter, String stage) {
        return registry.get(meter).tag(PipelineMetrics.STAGE_TAG, stage).gauge().value();
    }

    /** A failure that comes too late for another attempt is none that is tried again. */
    @Test
    void retriesCountOnlyWhatIsParkedForOne() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        List<Thread> workers = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("late")
                .meterRegistry(registry)
                .sink(
                        "fail",
                        n -> {
                            workers.add(Thread.currentThread());
                            holding.countDown();
                            new CountDownLatch(1).await(); // until the sweep interrupts it
                        },
                        stage -> stage.onError(e -> e.retry(RetryConfig.ofDefaults())))
                .start();
        accepted(pipeline.submit(1));
        holding.await();
        Counter retries = registry.get(PipelineMetrics.RETRIES).counter();
        assertThat(pipeline.shutdownNow().unknown()).containsExactly(1);
        Awaitility.await().until(() -> !workers.get(0).isAlive());
        assertThat(retries.count()).isZero();
    }

    @Test
    void secondLivePipelineOfTheNameIsAnErrorThatLeavesTheFirstAlone() throws Exception {
        try (Pipeline<Integer> first = watched("twins").start()) {
            int meters = registry.getMeters().size();
            assertThatThrownBy(() -> watched("twins").start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'twins'")
                    .hasMessageContaining("another of this name is live");
            assertThat(registry.getMeters()).hasSize(meters);
            assertThat(first.trySubmit(1)).isEqualTo(Admission.ACCEPTED);
        }
    }

    /** Whoever has the report may start a successor at once: the last worker must not still be taking meters down. */
    @Test
    void theNameIsFreeAndTheMetersAreGoneWhenShutdownReturns() throws Exception {
        for (int i = 0; i < 300; i++) {
            Pipeline<Integer> pipeline = watched("successor").start();
            accepted(pipeline.submit(i));
            pipeline.shutdown(i % 3 == 0 ? Duration.ZERO : LONG);
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void aRegistryThatThrowsBreaksNothing() throws Exception {
        SimpleMeterRegistry broken = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauseDetector) {
                throw new IllegalStateException("a broken registry, on purpose");
            }
        };
        assertThatAllIsDelivered(Pipeline.<Integer>builder("broken-registry").meterRegistry(broken));
        assertThat(broken.getMeters()).isEmpty();
    }

    @Test
    void metersThatThrowBreakNothingThoughTheyThrowErrors() throws Exception {
        AtomicInteger thrown = new AtomicInteger();
        SimpleMeterRegistry broken = new SimpleMeterRegistry() {
            @Override
            protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauseDetector) {
                return broken(Timer.class, id, thrown);
            }

            @Override
            protected DistributionSummary newDistributionSummary(
                    Meter.Id id, DistributionStatisticConfig config, double scale) {
                return broken(DistributionSummary.class, id, thrown);
            }

            @Override
            protected Counter newCounter(Meter.Id id) {
                return broken(Counter.class, id, thrown);
            }
        };
        assertThatAllIsDelivered(
                Pipeline.<Integer>builder("broken-meters").meterRegistry(broken).onSettled(settlement -> {
                    throw new IllegalStateException("makes the listener's counter throw, on purpose");
                }));
        assertThat(thrown.get()).isBetween(1, 20); // one, and those that were under way: then its meters are left alone
    }

    private static void assertThatAllIsDelivered(PipelineBuilder<Integer, Integer> builder)
            throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        Pipeline<Integer> pipeline = builder.capacity(10)
                .map("same", n -> n)
                .batch(5, Duration.ofMillis(1))
                .sink(
                        "store",
                        batch -> {
                            if (calls.incrementAndGet() % 10 == 0) {
                                throw new IOException("on purpose");
                            }
                        },
                        stage -> stage.onError(e -> e.retry(RetryConfig.custom()
                                .maxAttempts(3)
                                .waitDuration(Duration.ofMillis(1))
                                .build())))
                .start();
        for (int i = 0; i < 1000; i++) {
            assertThat(pipeline.submit(i)).isEqualTo(Admission.ACCEPTED);
        }
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.delivered()).as("%s", report).isEqualTo(1000);
        assertThat(pipeline.state()).isEqualTo(PipelineState.TERMINATED);
    }

    private static <M extends Meter> M broken(Class<M> type, Meter.Id id, AtomicInteger thrown) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "record", "increment" -> {
                        thrown.incrementAndGet();
                        throw new AssertionError("a broken meter, on purpose");
                    }
                    case "getId" -> id;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> isSame(proxy, arguments);
                    default -> method.getName();
                }));
    }

    private static boolean isSame(Object proxy, Object @Nullable [] arguments) {
        return arguments != null && arguments[0] == proxy;
    }

    private PipelineBuilder.Assembly<Integer> watched(String name) {
        return Pipeline.<Integer>builder(name)
                .maxWeight(1_000, n -> 1)
                .inlet("tcp")
                .inlet("udp")
                .meterRegistry(registry)
                .map("check", n -> n)
                .batch(10, Duration.ofMillis(1))
                .sink("store", batch -> {});
    }

    private static String kind(Meter meter) {
        return switch (meter.getId().getType()) {
            case COUNTER -> "COUNTER";
            case TIMER -> "TIMER";
            case DISTRIBUTION_SUMMARY -> "DISTRIBUTION_SUMMARY";
            case GAUGE -> "GAUGE";
            default -> "OTHER";
        };
    }

    private Set<String> values(String meter, String tag) {
        return registry.find(meter).meters().stream()
                .map(found -> String.valueOf(found.getId().getTag(tag)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private double value(String gauge) {
        return registry.get(gauge).gauge().value();
    }

    private double counted(String meter, String outcome) {
        return registry.get(meter).tag("outcome", outcome).functionCounter().count();
    }
}
