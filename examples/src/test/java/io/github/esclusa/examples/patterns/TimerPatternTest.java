// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.TimerByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand a cancel answers the same before and too late, and a throwing task is gone; with Esclusa neither. */
@Timeout(120)
class TimerPatternTest {

    @RepeatedTest(5)
    void byHandACancelThatIsTooLateAnswersAsOneInTimeAndTheConsequenceIsCarriedOut() throws Exception {
        PlayedLesson played = PlayedLesson.of(TimerByHand::run);
        assertThat(played.lines())
                .startsWith(
                        "cancelled while it runs: true",
                        "cancelled before it has begun: true",
                        "you have not acted in time: your order is void");
        assertThat(played.lines()).doesNotContain("not reached"); // which was due before the reminders
    }

    @RepeatedTest(5)
    void byHandAPeriodicTaskThatThrowsRunsOnceAndStopsWithoutAWord() throws Exception {
        PlayedLesson played = PlayedLesson.of(TimerByHand::run);
        assertThat(played.lines()).endsWith("20 reminders came; prompts: 1, exceptions heard of: 0");
    }

    @RepeatedTest(3)
    void withEsclusaCancelSaysWhatItHasFoundAThrowingCallbackEndsNothingAndLatenessIsMeasured() throws Exception {
        PlayedLesson played = PlayedLesson.of(TimerPattern::run);
        assertThat(played.lines())
                .containsExactly(
                        "an answer after 10 s: CANCELLED",
                        "a second one: ALREADY_CANCELLED",
                        "you have not acted within 30 s",
                        "an answer while that runs: RUNNING",
                        "failed: 1, and the next one came",
                        "late, all three together: 1 s",
                        "an answer after that: FIRED");
    }
}
