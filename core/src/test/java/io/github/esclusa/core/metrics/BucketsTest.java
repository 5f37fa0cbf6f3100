// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BucketsTest {

    @Test
    void bucketsReachFromTenMicrosecondsToTenSeconds() {
        assertThat(Buckets.latency()).hasSize(13).isSorted().startsWith(Duration.ofNanos(10_000));
        assertThat(Buckets.latency()).endsWith(Duration.ofSeconds(10));
    }

    @Test
    void arrayHandedOutIsTheCallersOwn() {
        Buckets.latency()[0] = Duration.ofDays(1);
        assertThat(Buckets.latency()).startsWith(Duration.ofNanos(10_000));
    }

    @Test
    void timerPublishesThem() {
        assertThat(Buckets.timer("t")
                        .register(new SimpleMeterRegistry())
                        .takeSnapshot()
                        .histogramCounts())
                .hasSameSizeAs(Buckets.latency());
    }
}
