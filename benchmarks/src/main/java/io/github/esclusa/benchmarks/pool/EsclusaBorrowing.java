// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import java.time.Duration;
import org.openjdk.jmh.infra.Blackhole;

/** Esclusa's pool, with its defaults. */
record EsclusaBorrowing(ResourcePool<Object> pool) implements Borrowing {

    static Borrowing open() throws InterruptedException {
        return new EsclusaBorrowing(ResourcePool.builder("benchmark")
                .create(Object::new)
                .max(SIZE)
                .min(SIZE)
                .acquireTimeout(Duration.ofSeconds(TIMEOUT_SECONDS))
                .openWarm(Duration.ofSeconds(TIMEOUT_SECONDS)));
    }

    @Override
    public void borrow(Blackhole user) throws InterruptedException {
        try (Lease<Object> lease = pool.acquire()) {
            user.consume(lease.get());
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
