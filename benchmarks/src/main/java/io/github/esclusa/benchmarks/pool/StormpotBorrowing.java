// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.Blackhole;
import stormpot.Allocator;
import stormpot.BasePoolable;
import stormpot.Completion;
import stormpot.Expiration;
import stormpot.Pool;
import stormpot.Slot;
import stormpot.Timeout;

/** Stormpot's BlazePool, whose objects never expire. */
record StormpotBorrowing(Pool<StormpotBorrowing.Resource> pool) implements Borrowing {

    private static final Timeout TIMEOUT = new Timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);

    static Borrowing open() {
        return new StormpotBorrowing(Pool.from(new Factory())
                .setSize(SIZE)
                .setExpiration(Expiration.never())
                .build());
    }

    @Override
    public void borrow(Blackhole user) throws InterruptedException {
        Resource resource = pool.claim(TIMEOUT);
        if (resource == null) {
            throw new IllegalStateException("none in time");
        }
        try {
            user.consume(resource);
        } finally {
            resource.release();
        }
    }

    @Override
    public void close() throws InterruptedException {
        Completion shutdown = pool.shutdown();
        if (!shutdown.await(TIMEOUT)) {
            throw new IllegalStateException("not shut down in time");
        }
    }

    static final class Resource extends BasePoolable {

        Resource(Slot slot) {
            super(slot);
        }
    }

    private static final class Factory implements Allocator<Resource> {

        @Override
        public Resource allocate(Slot slot) {
            return new Resource(slot);
        }

        @Override
        public void deallocate(Resource resource) {
            // Holds nothing.
        }
    }
}
