// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class IsoMicrosTest {

    @Test
    void everyInstantIsWrittenToTheMicrosecond() {
        IsoMicros iso = new IsoMicros();
        for (String instant : new String[] {
            "2026-01-02T03:04:05.678901Z",
            "2026-01-02T03:04:05.000000Z",
            "2026-01-02T03:04:05.000009Z",
            "2026-01-02T03:04:06.999999Z",
            "1969-12-31T23:59:59.000001Z",
            "2026-01-02T03:04:05.100000Z"
        }) {
            assertThat(iso.format(Instant.parse(instant))).isEqualTo(instant);
        }
        assertThat(iso.format(Instant.parse("2026-01-02T03:04:05.123456789Z")))
                .isEqualTo("2026-01-02T03:04:05.123456Z");
    }
}
