// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import com.google.common.collect.MapMaker;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lock's place in a {@link LockOrder}. It knows those that come before it and those that come after it, weakly, so that
 * locks nobody uses any more take their part of the order with them.
 */
final class OrderedNode {

    /** The place of a lock that has met no other. */
    static final long NOWHERE = 0;

    /** In messages: the lock's name, and the number that tells it from others of that name. */
    final String name;

    /** Those that have been held while this one was taken, and where. Written under the order's lock, read without. */
    private final Map<OrderedNode, EarlierOrder> before =
            new MapMaker().concurrencyLevel(1).weakKeys().makeMap();

    /** Those that know this one among theirs. Read and written under the order's lock. */
    private final Set<OrderedNode> after = Collections.newSetFromMap(new WeakHashMap<>());

    /** Higher than those of all {@link #before}. Read and written under the order's lock. */
    long place = NOWHERE;

    /** Those after which this one was taken against the order, and that was said. */
    private final Set<OrderedNode> warnedOf = Collections.newSetFromMap(
            new MapMaker().concurrencyLevel(1).weakKeys().makeMap());

    /** How many locks of its name the order has seen: kept as long as one of them. */
    @SuppressWarnings("UnusedVariable") // it is there to be referred to
    private final AtomicInteger namesakes;

    OrderedNode(String lock, AtomicInteger namesakes) {
        this.namesakes = namesakes;
        int number = namesakes.incrementAndGet();
        this.name = "'" + lock + "'" + (number == 1 ? "" : " (lock " + number + " of that name)");
    }

    boolean isKnownAfter(OrderedNode held) {
        return before.containsKey(held) || warnedOf.contains(held);
    }

    /** Knows both, or neither. */
    void comesAfter(OrderedNode held, EarlierOrder where) {
        before.put(held, where);
        boolean known = false;
        try {
            held.after.add(this);
            known = true;
        } finally {
            if (!known) { // for want of memory
                held.after.remove(this);
                before.remove(held);
            }
        }
    }

    /** Those that come before this one, and where it was said. Those that go while the caller looks are left out. */
    Map<OrderedNode, EarlierOrder> before() {
        return before;
    }

    /** Those that come after this one. For whoever has the order's lock. */
    Set<OrderedNode> after() {
        return after;
    }

    void warned(OrderedNode held) {
        warnedOf.add(held);
    }
}
