// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.TimerByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand one throwing task ends the timer and cancel answers too little; with Esclusa neither. */
@Timeout(120)
class TimerPatternTest {

    @RepeatedTest(5)
    void byHandCancelAnswersTheSameForTwoThings() throws Exception {
        PlayedLesson played = PlayedLesson.of(TimerByHand::run);
        assertThat(played.lines())
                .contains("cancel of one that was cancelled: false", "cancel of one that runs: false");
    }

    @RepeatedTest(5)
    void byHandOneThrowingTaskEndsTheTimer() throws Exception {
        PlayedLesson played = PlayedLesson.of(TimerByHand::run);
        assertThat(played.lines())
                .contains("the next prompt: Timer already cancelled.")
                .doesNotContain("another user's prompt", "not reached");
    }

    @RepeatedTest(3)
    void withEsclusaCancelSaysWhatItHasFoundAThrowingCallbackEndsNothingAndLatenessIsMeasured() throws Exception {
        PlayedLesson played = PlayedLesson.of(TimerPattern::run);
        assertThat(played.lines())
                .containsExactly(
                        "an answer after 10 s: CANCELLED",
                        "a second one: ALREADY_CANCELLED",
                        "you have not acted within 30 s",
                        "failed: 1, and the next one came",
                        "late, all three together: 1 s",
                        "an answer after that: FIRED");
    }
}
