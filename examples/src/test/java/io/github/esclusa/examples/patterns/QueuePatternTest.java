// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.QueueByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand what stands in the queue is left behind; with Esclusa it is delivered. */
@Timeout(120)
class QueuePatternTest {

    @RepeatedTest(5)
    void byHandWhatStandsInTheQueueIsLeftBehindAndMoreIsTakenIn() throws Exception {
        PlayedLesson played = PlayedLesson.of(QueueByHand::run);
        assertThat(played.lines())
                .containsExactly("ended: true", "stored [to], left behind [be, or, not]", "one more, for nobody: true");
    }

    @RepeatedTest(5)
    void withEsclusaAllIsStoredAndNoMoreIsTakenIn() throws Exception {
        PlayedLesson played = PlayedLesson.of(QueuePattern::run);
        assertThat(played.lines())
                .contains("to: ACCEPTED", "not: ACCEPTED", "stored [to, be, or, not]", "one more: CLOSED");
    }
}
