// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class IdSourceTest {

    private static final long NOW = IdSource.EPOCH_MICROS + 60_000_000L;

    @Test
    void anIdHoldsTheTimeOfReceiptAndTheNode() {
        long id = new IdSource(0xABC).next(NOW);
        assertThat(id & 0xFFF).isEqualTo(0xABC);
        assertThat((id >>> 12) + IdSource.EPOCH_MICROS).isEqualTo(NOW);
    }

    @Test
    void idsGrowThoughTheClockStandsStillOrStepsBack() {
        IdSource ids = new IdSource(0);
        long first = ids.next(NOW);
        long second = ids.next(NOW);
        long third = ids.next(NOW - 10_000_000);
        assertThat(List.of(first, second, third)).isSorted().doesNotHaveDuplicates();
        assertThat(ids.next(NOW + 5) >>> 12).isEqualTo(NOW + 5 - IdSource.EPOCH_MICROS);
    }

    @Test
    void aClockBeforeTheEpochStillGivesIdsThatArePositiveAndGrow() {
        IdSource ids = new IdSource(0);
        assertThat(List.of(ids.next(0), ids.next(-5), ids.next(Long.MIN_VALUE / 2)))
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(id -> id >= 0);
    }

    @Test
    void threadsThatShareASourceNeverGetTheSameId() throws Exception {
        IdSource ids = new IdSource(7);
        int threads = 4;
        int each = 50_000;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<Long>>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(executor.submit(() -> {
                    List<Long> mine = new ArrayList<>(each);
                    for (int n = 0; n < each; n++) {
                        mine.add(ids.next(NOW + n / 100));
                    }
                    return mine;
                }));
            }
            Set<Long> all = new HashSet<>();
            for (Future<List<Long>> future : futures) {
                assertThat(future.get()).isSorted();
                all.addAll(future.get());
            }
            assertThat(all).hasSize(threads * each);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void sourcesWithDifferentNodesNeverMeet() {
        assertThat(new IdSource(1).next(NOW)).isNotEqualTo(new IdSource(2).next(NOW));
    }

    @Test
    void aSourceStartsAboveWhatIsKnownThoughTheClockWasSetBack() {
        long known = new IdSource(4095).next(NOW + 3_600_000_000L);
        IdSource restarted = new IdSource(0);
        restarted.startAbove(known);
        assertThat(restarted.next(NOW)).isGreaterThan(known);
        assertThat(restarted.next(NOW)).isGreaterThan(known);
    }

    @Test
    void startingAboveAnOldIdOrNoneChangesNothing() {
        IdSource ids = new IdSource(3);
        long first = ids.next(NOW);
        ids.startAbove(0);
        ids.startAbove(new IdSource(3).next(NOW - 1));
        assertThat(ids.next(NOW)).isEqualTo(first + (1 << IdSource.NODE_BITS));
    }

    @Test
    void anIdThatLeavesNoRoomIsRefused() {
        IdSource ids = new IdSource(0);
        assertThatThrownBy(() -> ids.startAbove(Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("highest id is " + Long.MAX_VALUE);
        assertThat(ids.next(NOW)).isPositive();
    }

    @Test
    void aNodeOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new IdSource(4096)).hasMessage("node is 4096, allowed is 0 to 4095");
        assertThatThrownBy(() -> new IdSource(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
