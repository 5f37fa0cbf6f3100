// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.Blackhole;
import org.vibur.objectpool.ConcurrentPool;
import org.vibur.objectpool.PoolObjectFactory;
import org.vibur.objectpool.util.ConcurrentLinkedDequeCollection;

/** Vibur's pool: a semaphore and a deque. Its own data source makes it fair. */
record ViburBorrowing(ConcurrentPool<Object> pool) implements Borrowing {

    static Borrowing open(Order order) {
        return new ViburBorrowing(new ConcurrentPool<>(
                new ConcurrentLinkedDequeCollection<>(), new Factory(), SIZE, SIZE, order == Order.FIRST_COME));
    }

    @Override
    public void borrow(Blackhole user) {
        Object resource = pool.tryTake(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (resource == null) {
            throw new IllegalStateException("none in time");
        }
        try {
            user.consume(resource);
        } finally {
            pool.restore(resource);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Factory implements PoolObjectFactory<Object> {

        @Override
        public Object create() {
            return new Object();
        }

        @Override
        public boolean readyToTake(Object resource) {
            return true;
        }

        @Override
        public boolean readyToRestore(Object resource) {
            return true;
        }

        @Override
        public void destroy(Object resource) {
            // Holds nothing.
        }
    }
}
