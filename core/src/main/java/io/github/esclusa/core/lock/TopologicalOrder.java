// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place for each lock, so that whatever is known to come before a lock has a lower place than it has. Locks that meet
 * in the order of their places need no search; those that meet against it need one among the places between the two
 * only. The algorithm is that of Pearce and Kelly, <em>A dynamic topological sort algorithm for directed acyclic
 * graphs</em>, ACM Journal of Experimental Algorithmics 11 (2006).
 *
 * <p>Locks that go take nothing with them that the places of the others depend on: with fewer demands, an order holds all
 * the more. Not thread-safe: it and the places of its nodes are guarded by the {@link LockOrder}'s lock.
 */
final class TopologicalOrder {

    /** One step back from a lock to one that comes before it. */
    private record Step(OrderedNode later, EarlierOrder where) {}

    private long lowest;
    private long highest;

    /**
     * Makes room for one lock to come before another. Where that cannot be, because it comes after it, nothing is changed.
     *
     * @return the fewest acquires by which {@code first} comes after {@code second}, the nearest first; {@code null} if it
     *     does not
     */
    @Nullable
    List<EarlierOrder> opposite(OrderedNode first, OrderedNode second) {
        placeNew(first, second);
        if (first.place < second.place) {
            return null;
        }
        Map<OrderedNode, Step> earlier = new HashMap<>();
        if (isBefore(second, first, earlier)) {
            return path(second, first, earlier);
        }
        Set<OrderedNode> low = new HashSet<>(earlier.keySet());
        low.add(first);
        rearrange(low, notBefore(second, first.place));
        return null;
    }

    /** A lock that has met no other yet has nothing before it and nothing after: any place will do. */
    private void placeNew(OrderedNode first, OrderedNode second) {
        if (first.place == OrderedNode.NOWHERE) {
            first.place = second.place == OrderedNode.NOWHERE ? ++highest : --lowest;
        }
        if (second.place == OrderedNode.NOWHERE) {
            second.place = ++highest;
        }
    }

    /** Whether one comes before another. All that does, down to its place, is found on the way, with how it was reached. */
    private static boolean isBefore(OrderedNode sought, OrderedNode from, Map<OrderedNode, Step> found) {
        Queue<OrderedNode> todo = new ArrayDeque<>();
        for (OrderedNode node = from; node != null; node = todo.poll()) {
            for (Map.Entry<OrderedNode, EarlierOrder> before : node.before().entrySet()) {
                OrderedNode earlier = before.getKey();
                if (earlier.place >= sought.place && !found.containsKey(earlier)) {
                    found.put(earlier, new Step(node, before.getValue()));
                    if (earlier == sought) {
                        return true;
                    }
                    todo.add(earlier);
                }
            }
        }
        return false;
    }

    private static List<EarlierOrder> path(OrderedNode from, OrderedNode to, Map<OrderedNode, Step> steps) {
        List<EarlierOrder> path = new ArrayList<>();
        for (OrderedNode node = from; node != to; ) {
            Step step = requireNonNull(steps.get(node));
            path.add(step.where());
            node = step.later();
        }
        Collections.reverse(path);
        return path;
    }

    /** A lock and all that is known to come after it, up to a place. */
    private static Set<OrderedNode> notBefore(OrderedNode from, long last) {
        Set<OrderedNode> found = new HashSet<>(Set.of(from));
        Queue<OrderedNode> todo = new ArrayDeque<>();
        for (OrderedNode node = from; node != null; node = todo.poll()) {
            for (OrderedNode later : node.after()) {
                if (later.place <= last && found.add(later)) {
                    todo.add(later);
                }
            }
        }
        return found;
    }

    /** Gives the one kind the lower, the other the higher of all their places; among themselves they stay as they are. */
    private static void rearrange(Set<OrderedNode> low, Set<OrderedNode> high) {
        List<OrderedNode> nodes = byPlace(low);
        nodes.addAll(byPlace(high));
        long[] places = nodes.stream().mapToLong(node -> node.place).sorted().toArray();
        for (int i = 0; i < places.length; i++) { // from here on nothing needs memory
            nodes.get(i).place = places[i];
        }
    }

    private static List<OrderedNode> byPlace(Collection<OrderedNode> nodes) {
        OrderedNode[] sorted = nodes.toArray(new OrderedNode[0]);
        Arrays.sort(sorted, Comparator.comparingLong(node -> node.place));
        return new ArrayList<>(Arrays.asList(sorted));
    }
}
