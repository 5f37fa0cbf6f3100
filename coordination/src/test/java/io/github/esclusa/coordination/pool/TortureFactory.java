// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A factory that fails, dawdles and interrupts itself as a seed says, and keeps the oracle's books. */
final class TortureFactory implements ResourceFactory<Thing> {

    final Queue<Thing> made = new ConcurrentLinkedQueue<>();
    final AtomicInteger calls = new AtomicInteger();

    private final long seed;
    private final int max;
    private final int slowest;
    private final Queue<String> problems;
    private final AtomicInteger existing = new AtomicInteger();

    /** How many calls in a hundred go wrong. Written by the test's thread, to zero in the end. */
    private volatile int trouble;

    TortureFactory(long seed, int max, int trouble, int slowest, Queue<String> problems) {
        this.seed = seed;
        this.max = max;
        this.trouble = trouble;
        this.slowest = slowest;
        this.problems = problems;
    }

    void calm() {
        trouble = 0;
    }

    @Override
    @SuppressWarnings("NullAway") // A factory that breaks its contract is the point.
    public Thing create() throws Exception {
        int now = existing.incrementAndGet();
        if (now > max) {
            problems.add("bound exceeded: " + now + " exist or are being created, max is " + max);
        }
        boolean there = false;
        try {
            switch (misfortune()) {
                case 0 -> throw new Exception("create");
                case 1 -> throw new StackOverflowError("create");
                case 2 -> {
                    return null;
                }
                case 3 -> Thread.currentThread().interrupt();
                default -> {}
            }
            Thing thing = new Thing(calls.get());
            made.add(thing);
            there = true;
            return thing;
        } finally {
            if (!there) {
                existing.decrementAndGet();
            }
        }
    }

    @Override
    public boolean isValid(Thing thing) throws Exception {
        if (!thing.use()) {
            problems.add(thing + " is validated while in use, or after its end");
        }
        int misfortune = misfortune();
        thing.valid = misfortune < 0 || misfortune > 2;
        return switch (misfortune) {
            case 0 -> throw new Exception("isValid");
            case 1 -> throw new StackOverflowError("isValid");
            case 2 -> false;
            default -> true;
        };
    }

    @Override
    public void destroy(Thing thing) throws Exception {
        if (!thing.use()) {
            problems.add(thing + " is destroyed while in use, or twice");
        }
        int misfortune = misfortune();
        thing.destructions.incrementAndGet();
        existing.decrementAndGet();
        switch (misfortune) {
            case 0 -> throw new Exception("destroy");
            case 1 -> throw new StackOverflowError("destroy");
            default -> {}
        }
    }

    /** Dawdles, and says what is to go wrong with this call: 0 to 3, or nothing. */
    private int misfortune() {
        SplittableRandom random = new SplittableRandom(seed + calls.incrementAndGet());
        if (slowest > 0 && random.nextInt(3) == 0) {
            LockSupport.parkNanos(random.nextInt(slowest));
        }
        return random.nextInt(100) < trouble ? random.nextInt(4) : -1;
    }
}
