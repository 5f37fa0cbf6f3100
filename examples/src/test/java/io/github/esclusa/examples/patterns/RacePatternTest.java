// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.RaceByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand an addition is lost, every time; with Esclusa it never is. */
@Timeout(60)
class RacePatternTest {

    @RepeatedTest(20)
    void byHandOneOfTwoAdditionsIsLost() throws Exception {
        assertThat(PlayedLesson.of(RaceByHand::run).shown()).isEqualTo("2 added, 1 counted");
    }

    @RepeatedTest(3)
    void withEsclusaBothCountThoughTheSecondTriesToComeBetween() throws Exception {
        PlayedLesson played = PlayedLesson.of(RacePattern::run);
        assertThat(played.shown()).isEqualTo("2 added, 2 counted");
        assertThat(played.lines()).contains("written by the other meanwhile: false");
    }
}
