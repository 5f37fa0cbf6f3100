// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BucketsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void bucketsReachFromTenMicrosecondsToTenSeconds() {
        double[] micros = bounds();
        assertThat(micros).hasSize(13).isSorted();
        assertThat(micros[0]).isCloseTo(10, within(1e-9));
        assertThat(micros[12]).isCloseTo(10_000_000, within(1e-3));
    }

    @Test
    void userOverridesThemWithAMeterFilter() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return DistributionStatisticConfig.builder()
                        .serviceLevelObjectives(5e6)
                        .build()
                        .merge(config);
            }
        });
        assertThat(bounds()).hasSize(1);
        assertThat(bounds()[0]).isCloseTo(5_000, within(1e-9));
    }

    private double[] bounds() {
        CountAtBucket[] buckets =
                Buckets.timer("t").register(registry).takeSnapshot().histogramCounts();
        double[] micros = new double[buckets.length];
        for (int i = 0; i < buckets.length; i++) {
            micros[i] = buckets[i].bucket(TimeUnit.MICROSECONDS);
        }
        return micros;
    }
}
