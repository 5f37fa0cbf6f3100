// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import java.time.Duration;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.openjdk.jmh.infra.Blackhole;

/** Commons Pool, which tests nothing and is not fair by default. */
record CommonsBorrowing(GenericObjectPool<Object> pool) implements Borrowing {

    static Borrowing open(Order order) throws Exception {
        GenericObjectPoolConfig<Object> config = new GenericObjectPoolConfig<>();
        config.setMinIdle(SIZE);
        config.setMaxIdle(SIZE);
        config.setMaxTotal(SIZE);
        config.setMaxWait(Duration.ofSeconds(TIMEOUT_SECONDS));
        config.setFairness(order == Order.FIRST_COME);
        config.setJmxEnabled(false);
        GenericObjectPool<Object> pool = new GenericObjectPool<>(new Factory(), config);
        pool.preparePool();
        return new CommonsBorrowing(pool);
    }

    @Override
    public void borrow(Blackhole user) throws Exception {
        Object resource = pool.borrowObject();
        try {
            user.consume(resource);
        } finally {
            pool.returnObject(resource);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Factory extends BasePooledObjectFactory<Object> {

        @Override
        public Object create() {
            return new Object();
        }

        @Override
        public PooledObject<Object> wrap(Object resource) {
            return new DefaultPooledObject<>(resource);
        }
    }
}
