// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Bell;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrefetchTest {

    private static final Clock CLOCK = Clock.system();

    private final WorkQueue queue = new WorkQueue(0);
    private final Bell bell = new Bell(CLOCK);

    @Test
    void itShutsAtTwoRoundsOfTheWorkers() {
        assertThat(shutsAt(prefetch(2, new SegmentSpec.BatchSpec(500, 1), 100_000)))
                .isEqualTo(2_000);
    }

    @Test
    void itShutsAtAQuarterOfTheCapacity() {
        assertThat(shutsAt(prefetch(2, new SegmentSpec.BatchSpec(500, 1), 6_000)))
                .isEqualTo(1_500);
        assertThat(shutsAt(prefetch(1, null, 100))).isEqualTo(25);
    }

    @Test
    void itLetsThroughWhatTheWorkersTakeAtOnceHoweverSmallTheCapacity() {
        assertThat(shutsAt(prefetch(2, new SegmentSpec.BatchSpec(500, 1), 1_000)))
                .isEqualTo(1_000);
    }

    @Test
    void itDoesNotShutForAFewMessages() {
        assertThat(shutsAt(prefetch(1, null, 100_000))).isEqualTo(256);
    }

    @Test
    void itOpensBeforeABatchWaitsToFillAndRingsOnce() {
        Prefetch prefetch = prefetch(1, new SegmentSpec.BatchSpec(100, 1), 100);
        fill(160);
        assertThat(prefetch.isShut()).isTrue();
        long armedIn = bell.arm();
        take(prefetch, 1);
        assertThat(bell.arm()).as("159 are left: no bell").isEqualTo(armedIn);
        take(prefetch, 100);
        assertThat(bell.arm()).as("59 are left, which is no batch").isEqualTo(armedIn + 1);
        take(prefetch, 1);
        assertThat(bell.arm()).as("it was open").isEqualTo(armedIn + 1);
    }

    @Test
    void nobodyRingsWhereNobodyFoundItShut() {
        Prefetch prefetch = prefetch(1, null, 100);
        fill(50);
        long armedIn = bell.arm();
        take(prefetch, 50);
        assertThat(bell.arm()).isEqualTo(armedIn);
    }

    private Prefetch prefetch(int workers, SegmentSpec.@Nullable BatchSpec batch, long capacity) {
        return new Prefetch(queue, bell, new SegmentSpec("sink", List.of(Envelopes.step()), workers, batch), capacity);
    }

    private int shutsAt(Prefetch prefetch) {
        take(prefetch, queue.size());
        while (!prefetch.isShut()) {
            fill(1);
        }
        return queue.size();
    }

    private void fill(int messages) {
        for (int i = 0; i < messages; i++) {
            assertThat(queue.put(Envelopes.of(i))).isTrue();
        }
    }

    private void take(Prefetch prefetch, int messages) {
        queue.pollInto(new ArrayList<>(), messages);
        prefetch.taken();
    }
}
