// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ResourcePoolTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ThingFactory factory = new ThingFactory();

    @Test
    void lendsAndTakesBack() throws InterruptedException {
        try (ResourcePool<Thing> pool =
                ResourcePool.<Thing>builder("things").factory(factory).max(2).open()) {
            Thing first;
            try (Lease<Thing> lease = pool.acquire(LONG)) {
                first = lease.get();
                assertThat(pool.report().stillLeased())
                        .singleElement()
                        .extracting(PoolReport.HeldLease::thread)
                        .isEqualTo(Thread.currentThread().getName());
            }
            try (Lease<Thing> lease = pool.acquire(LONG)) {
                assertThat(lease.get()).isSameAs(first);
            }
            assertThat(pool.report().balanced()).isTrue();
        }
        assertThat(factory.destroyed).hasValue(1);
    }

    @Test
    void closedLeaseGivesNothing() throws InterruptedException {
        try (ResourcePool<Thing> pool =
                ResourcePool.<Thing>builder("things").factory(factory).open()) {
            Lease<Thing> lease = pool.acquire(LONG);
            lease.close();
            assertThatThrownBy(lease::get)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("things");
        }
    }
}
