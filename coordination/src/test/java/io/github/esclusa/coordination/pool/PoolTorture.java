// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.esclusa.core.thread.NamedThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Many torture runs, one after the other, from a seed on; also a program: {@code PoolTorture SEED RUNS}. */
final class PoolTorture {

    private PoolTorture() {}

    /** Answers the first run's problems, or {@code null}. */
    static @Nullable String run(long seed, int runs) throws InterruptedException {
        Logger log = (Logger) LoggerFactory.getLogger(ResourcePool.class);
        log.setLevel(Level.OFF); // It would be told of every failure.
        ExecutorService executor = Executors.newCachedThreadPool(NamedThreads.daemon("user"));
        try {
            for (int i = 0; i < runs; i++) {
                String problem = new TortureRun(seed + i, executor).run();
                if (problem != null) {
                    return problem;
                }
            }
            return null;
        } finally {
            executor.shutdownNow();
            log.setLevel(null);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        String problem = run(Long.parseLong(args[0]), Integer.parseInt(args[1]));
        System.out.println(problem == null ? args[1] + " runs from seed " + args[0] + ": all held" : problem);
        System.exit(problem == null ? 0 : 1);
    }
}
