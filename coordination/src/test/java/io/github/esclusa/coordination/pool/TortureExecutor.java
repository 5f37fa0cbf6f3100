// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Throws now and then, as a seed says: having refused the task, having taken it, or having taken it twice. */
final class TortureExecutor implements Executor {

    private final long seed;
    private final Executor threads;
    private final AtomicInteger calls = new AtomicInteger();

    /** How many calls in a hundred throw. Written by the test's thread, to zero in the end. */
    private volatile int treason;

    TortureExecutor(long seed, Executor threads, int treason) {
        this.seed = seed;
        this.threads = threads;
        this.treason = treason;
    }

    void calm() {
        treason = 0;
    }

    @Override
    public void execute(Runnable task) {
        SplittableRandom random = new SplittableRandom(seed - calls.incrementAndGet());
        if (random.nextInt(100) >= treason) {
            threads.execute(task);
            return;
        }
        for (int times = random.nextInt(3); times > 0; times--) {
            threads.execute(task);
        }
        throw new OutOfMemoryError("no thread");
    }
}
