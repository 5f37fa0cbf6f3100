// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import java.time.Duration;

/** What the stress tests of the pool share. */
final class PoolsForStress {

    private PoolsForStress() {}

    static ResourcePool<Object> ofOne() {
        return ResourcePool.<Object>builder("stressed")
                .create(Object::new)
                .max(1)
                .executor(Runnable::run) // there are thousands of these at a time: no threads
                .open();
    }

    static <T> Lease<T> acquire(ResourcePool<T> pool) {
        try {
            return pool.acquire(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted by nobody", e);
        }
    }
}
