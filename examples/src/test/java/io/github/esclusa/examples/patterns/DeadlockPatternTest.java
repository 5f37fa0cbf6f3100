// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.DeadlockByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand the deadlock is found once it is there; with Esclusa the acquire that would lead to it fails. */
@Timeout(120)
class DeadlockPatternTest {

    @RepeatedTest(5)
    void byHandAThreadWaitsForItself() throws Exception {
        PlayedLesson played = PlayedLesson.of(DeadlockByHand::run);
        assertThat(played.lines()).contains("the same thread, a second time: false");
    }

    @RepeatedTest(5)
    void byHandTwoThreadsWaitForEachOtherUntilOneIsSentAway() throws Exception {
        PlayedLesson played = PlayedLesson.of(DeadlockByHand::run);
        assertThat(played.lines())
                .containsSubsequence(
                        "deadlock: 'left-first' waits for what 'right-first' holds",
                        "left-first was sent away",
                        "right-first had both");
    }

    @RepeatedTest(3)
    void withEsclusaASecondAcquireIsRefusedAtOnceOrCounts() throws Exception {
        PlayedLesson played = PlayedLesson.of(DeadlockPattern::run);
        assertThat(played.lines())
                .anyMatch(line -> line.contains("which is not re-entrant"))
                .contains(
                        "taken twice: InstrumentedLock(counting, held by 'main', 0 queued)",
                        "released once: InstrumentedLock(counting, held by 'main', 0 queued)");
    }

    @RepeatedTest(3)
    void withEsclusaTheOppositeOrderIsToldOfThoughNobodyWaits() throws Exception {
        PlayedLesson played = PlayedLesson.of(DeadlockPattern::run);
        assertThat(played.lines())
                .contains("another thread, in the same order: [waits for its turn, and has both]")
                .anyMatch(line -> line.contains("takes lock 'left' while it holds 'right', against the lock order"));
        assertThat(played.lines()).doesNotContain("not reached");
    }
}
