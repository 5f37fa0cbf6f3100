// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against one that knows all pairs and, for each question, tries all ways. */
@Timeout(120)
class TopologicalOrderTest {

    private static final int NODES = 40;

    private TopologicalOrder order = new TopologicalOrder();
    private OrderedNode[] nodes = new OrderedNode[NODES];

    /** For each node those that come after it, by number. */
    private BitSet[] after = new BitSet[NODES];

    @Test
    void findsWhatASearchAlongAllWaysFinds() {
        for (int seed = 0; seed < 200; seed++) {
            startAnew();
            meet(new Random(seed), 50 + seed * 3, "seed " + seed);
        }
    }

    @Test
    void locksThatGoTakeTheirPartWithThemAndLeaveTheRestInOrder() {
        for (int seed = 0; seed < 10; seed++) {
            startAnew();
            Random random = new Random(seed);
            meet(random, 60 + seed * 20, "seed " + seed);
            List<WeakReference<OrderedNode>> gone = new ArrayList<>();
            for (int i = 0; i < NODES; i += 2) {
                gone.add(new WeakReference<>(nodes[i]));
                nodes[i] = new OrderedNode(Integer.toString(i), new AtomicInteger());
                after[i].clear();
                int dropped = i;
                Arrays.stream(after).forEach(each -> each.clear(dropped));
            }
            Awaitility.await().atMost(Running.LIMIT).until(() -> {
                System.gc();
                return gone.stream().allMatch(each -> each.get() == null);
            });
            meet(random, 200, "seed " + seed + ", after the loss");
        }
    }

    private void startAnew() {
        order = new TopologicalOrder();
        for (int i = 0; i < NODES; i++) {
            nodes[i] = new OrderedNode(Integer.toString(i), new AtomicInteger());
            after[i] = new BitSet();
        }
    }

    private void meet(Random random, int times, String where) {
        for (int i = 0; i < times; i++) {
            int first = random.nextInt(NODES);
            int second = random.nextInt(NODES);
            if (first == second || after[first].get(second)) {
                continue;
            }
            List<EarlierOrder> opposite = order.opposite(nodes[first], nodes[second]);
            int steps = steps(second, first);
            if (opposite == null) {
                assertThat(steps).as(where).isEqualTo(-1);
                nodes[second].comesAfter(nodes[first], new EarlierOrder(nodes[first].name, nodes[second].name));
                after[first].set(second);
            } else {
                assertThat(opposite).as(where).hasSize(steps);
                assertLeads(opposite, second, first);
            }
            assertPlaces(where);
        }
    }

    /** How many steps one comes after another; -1 if it does not. */
    private int steps(int from, int to) {
        BitSet seen = new BitSet();
        BitSet edge = new BitSet();
        edge.set(from);
        for (int steps = 0; !edge.isEmpty(); steps++) {
            if (edge.get(to)) {
                return steps;
            }
            seen.or(edge);
            BitSet next = new BitSet();
            edge.stream().forEach(i -> next.or(after[i]));
            next.andNot(seen);
            edge = next;
        }
        return -1;
    }

    /** Each step from the last back to the first. */
    private void assertLeads(List<EarlierOrder> path, int from, int to) {
        int at = to;
        for (EarlierOrder step : path) {
            String[] words = requireNonNull(step.getMessage()).split("'", -1);
            assertThat(words[1]).isEqualTo(Integer.toString(at));
            int before = Integer.parseInt(words[3]);
            assertThat(after[before].get(at)).isTrue();
            at = before;
        }
        assertThat(at).isEqualTo(from);
    }

    private void assertPlaces(String where) {
        for (int i = 0; i < NODES; i++) {
            long place = nodes[i].place;
            assertThat(after[i].stream().allMatch(later -> place < nodes[later].place))
                    .as(where)
                    .isTrue();
        }
    }
}
