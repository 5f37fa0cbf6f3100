// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A factory that keeps its own books, and does what a test has scripted for the next calls. */
final class ThingFactory implements ResourceFactory<Thing> {

    final List<Thing> made = new CopyOnWriteArrayList<>();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger destroyed = new AtomicInteger();
    final AtomicInteger validations = new AtomicInteger();
    final AtomicInteger existing = new AtomicInteger();
    final AtomicInteger mostExisting = new AtomicInteger();

    private final Queue<Callable<Thing>> creations = new ConcurrentLinkedQueue<>();
    private final Queue<Callable<Boolean>> validity = new ConcurrentLinkedQueue<>();
    private final Queue<Callable<?>> destructions = new ConcurrentLinkedQueue<>();

    ThingFactory nextCreate(Callable<Thing> creation) {
        creations.add(creation);
        return this;
    }

    ThingFactory nextValidate(Callable<Boolean> validation) {
        validity.add(validation);
        return this;
    }

    ThingFactory nextDestroy(Callable<?> destruction) {
        destructions.add(destruction);
        return this;
    }

    void forgetCreations() {
        creations.clear();
    }

    /** A creation that waits for a latch and then makes a thing. */
    Callable<Thing> makeAfter(CountDownLatch latch) {
        return () -> {
            await(latch);
            return make();
        };
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the test did not let go");
        }
    }

    Thing make() {
        Thing thing = new Thing(made.size());
        made.add(thing);
        return thing;
    }

    @Override
    public Thing create() throws Exception {
        calls.incrementAndGet();
        int now = existing.incrementAndGet();
        mostExisting.accumulateAndGet(now, Math::max);
        boolean there = false;
        try {
            Callable<Thing> scripted = creations.poll();
            Thing thing = scripted == null ? make() : scripted.call();
            there = thing != null;
            return thing;
        } finally {
            if (!there) {
                existing.decrementAndGet();
            }
        }
    }

    @Override
    public boolean isValid(Thing thing) throws Exception {
        validations.incrementAndGet();
        Callable<Boolean> scripted = validity.poll();
        return scripted == null ? thing.valid : scripted.call();
    }

    @Override
    public void destroy(Thing thing) throws Exception {
        try {
            Callable<?> scripted = destructions.poll();
            if (scripted != null) {
                Object ignored = scripted.call();
            }
        } finally {
            thing.destructions.incrementAndGet();
            existing.decrementAndGet();
            destroyed.incrementAndGet();
        }
    }
}
