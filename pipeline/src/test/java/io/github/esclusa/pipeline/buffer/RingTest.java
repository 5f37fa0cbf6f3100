// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {

    @Test
    void isAQueueWhateverTheOrderOfAddsAndPolls() {
        Random random = new Random(17);
        Ring<Integer> ring = new Ring<>();
        ArrayDeque<Integer> expected = new ArrayDeque<>();
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(100) < (i / 1000 % 2 == 0 ? 60 : 40)) { // grows, wraps, shrinks, over and over
                ring.add(i);
                expected.add(i);
            } else {
                assertThat(ring.poll()).isEqualTo(expected.poll());
            }
            assertThat(ring.size()).isEqualTo(expected.size());
            assertThat(ring.peek()).isEqualTo(expected.peek());
            if (!expected.isEmpty()) {
                assertThat(ring.get(expected.size() - 1)).isEqualTo(expected.peekLast());
            }
        }
        assertThat(ring.asList()).containsExactlyElementsOf(expected);
    }

    /** What an ArrayDeque does not do: after a failure to grow, everything is still there. */
    @Test
    void whereItCannotGrowNothingHasChanged() {
        Ring<Integer> ring = new Ring<>();
        for (int i = 0; i < 16; i++) {
            ring.add(i);
        }
        assertThatThrownBy(() -> ring.reserve(Integer.MAX_VALUE - 8)).isInstanceOf(ArithmeticException.class);
        assertThat(ring.size()).isEqualTo(16);
        ring.add(16);
        assertThat(ring.asList()).isEqualTo(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
    }
}
