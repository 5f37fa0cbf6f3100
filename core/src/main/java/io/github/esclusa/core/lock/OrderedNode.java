// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import com.google.common.collect.MapMaker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock's place in a {@link LockOrder}. It knows those that come before it, and not the other way round: the keys are
 * weak, so that locks nobody uses any more take their part of the order with them.
 */
final class OrderedNode {

    final String name;

    /** Those that have been held while this one was taken, and where. Written under the order's lock, read without. */
    private final Map<OrderedNode, EarlierOrder> before =
            new MapMaker().weakKeys().makeMap();

    /** Those after which this one was taken against the order, and that was said. */
    private final Set<OrderedNode> warnedOf =
            Collections.newSetFromMap(new MapMaker().weakKeys().makeMap());

    OrderedNode(String name) {
        this.name = name;
    }

    boolean isKnownAfter(OrderedNode held) {
        return before.containsKey(held) || warnedOf.contains(held);
    }

    void comesAfter(OrderedNode held, EarlierOrder where) {
        before.put(held, where);
    }

    void warned(OrderedNode held) {
        warnedOf.add(held);
    }

    /** The acquires by which this comes after another, the nearest first; {@code null} if it does not. */
    @Nullable
    List<EarlierOrder> pathFrom(OrderedNode other) {
        List<EarlierOrder> path = new ArrayList<>();
        return reaches(other, path, new HashSet<>()) ? path : null;
    }

    /** Depth first, each node once. */
    private boolean reaches(OrderedNode other, List<EarlierOrder> path, Set<OrderedNode> seen) {
        if (!seen.add(this)) {
            return false;
        }
        for (Map.Entry<OrderedNode, EarlierOrder> step : before.entrySet()) {
            path.add(step.getValue());
            if (step.getKey() == other || step.getKey().reaches(other, path, seen)) {
                return true;
            }
            path.remove(path.size() - 1);
        }
        return false;
    }
}
