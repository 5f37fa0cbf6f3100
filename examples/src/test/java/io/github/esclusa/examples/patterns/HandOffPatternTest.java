// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.HandOffByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand the first message is lost in the hand-off; with Esclusa each is handed over once. */
@Timeout(120)
class HandOffPatternTest {

    @RepeatedTest(20)
    void byHandTheTakerGetsTheNextMessageInsteadOfItsOwn() throws Exception {
        PlayedLesson played = PlayedLesson.of(HandOffByHand::run);
        assertThat(played.lines()).containsExactly("sent one, two and the word to stop; received [two]");
    }

    @RepeatedTest(5)
    void withEsclusaEachIsReceivedOnceAndInOrder() throws Exception {
        PlayedLesson played = PlayedLesson.of(HandOffPattern::run);
        assertThat(played.lines()).contains("received [one, two, three]", "accepted 3, delivered 3");
    }

    @RepeatedTest(5)
    void withEsclusaThereIsNoRoomForASecondWhileOneIsInTheTakersHands() throws Exception {
        PlayedLesson played = PlayedLesson.of(HandOffPattern::run);
        assertThat(played.lines()).contains("two, without waiting: FULL");
    }
}
