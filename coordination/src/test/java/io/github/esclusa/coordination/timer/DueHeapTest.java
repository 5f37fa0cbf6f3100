// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heap beside a sorted list that is told the same. */
class DueHeapTest {

    private final DueHeap<DueEntry> heap = new DueHeap<>();
    private final List<DueEntry> model = new ArrayList<>();
    private long nextOrder;

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 500, -500})
    void yieldsTheEarliestThroughAnyAddRemoveAndMove(long origin) {
        Random random = new Random(42 + origin);
        for (int step = 0; step < 20_000; step++) {
            int choice = random.nextInt(10);
            if (choice < 5 || model.isEmpty()) {
                add(entryAt(origin + random.nextInt(1000)));
            } else if (choice < 7) {
                remove(model.get(random.nextInt(model.size())));
            } else if (choice < 9) {
                DueEntry moved = model.get(random.nextInt(model.size()));
                moved.dueNanos = origin + random.nextInt(1000);
                moved.order = nextOrder++;
                heap.moved(moved);
            } else {
                remove(requireNonNull(heap.peek()));
            }
            assertThat(heap.size()).isEqualTo(model.size());
            if (step % 100 == 0) {
                assertThat(heap.peek()).isSameAs(earliest());
            }
        }
        while (!model.isEmpty()) {
            assertThat(heap.peek()).isSameAs(earliest());
            remove(earliest());
        }
        assertThat(heap.peek()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 100_000})
    void givesItsRoomBackAndGrowsAgain(int size) {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < size; i++) {
                add(entryAt(size - i));
            }
            while (!model.isEmpty()) {
                DueEntry last = model.remove(model.size() - 1); // the earliest
                assertThat(heap.peek()).isSameAs(last);
                heap.remove(last);
                assertThat(last.index).isEqualTo(DueEntry.NOWHERE);
                heap.giveBack(heap.size());
            }
        }
    }

    private DueEntry entryAt(long dueNanos) {
        DueEntry entry = new DueEntry();
        entry.dueNanos = dueNanos;
        entry.order = nextOrder++;
        return entry;
    }

    private void add(DueEntry entry) {
        heap.reserve(heap.size() + 1);
        heap.add(entry);
        model.add(entry);
    }

    private void remove(DueEntry entry) {
        heap.remove(entry);
        model.remove(entry);
    }

    private DueEntry earliest() {
        // By difference from one of them: the readings may wrap around.
        long origin = model.get(0).dueNanos;
        return model.stream()
                .min(Comparator.comparingLong((DueEntry entry) -> entry.dueNanos - origin)
                        .thenComparingLong(entry -> entry.order))
                .orElseThrow();
    }
}
