// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.BarrierByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand, who waits for a part that has failed waits for ever; with Esclusa everybody is told, with the cause. */
@Timeout(60)
class BarrierPatternTest {

    @RepeatedTest(5)
    void byHandTheOthersWaitForOneThatHasFailed() throws Exception {
        PlayedLesson played = PlayedLesson.of(BarrierByHand::run);
        assertThat(played.lines())
                .contains("still waiting: database true, metrics true; the latch is at 1")
                .noneMatch(line -> line.endsWith("works") || line.endsWith("work"));
    }

    @RepeatedTest(5)
    void withEsclusaNobodyGoesOnBeforeTheLastHasCome() throws Exception {
        PlayedLesson played = PlayedLesson.of(BarrierPattern::run);
        assertThat(played.lines().subList(0, 4))
                .containsExactly("2 of 3 are ready, at work: 0", "database works", "metrics works", "listener works");
    }

    @RepeatedTest(5)
    void withEsclusaNobodyWorksAndEverybodyIsToldByWhomAndWhy() throws Exception {
        PlayedLesson played = PlayedLesson.of(BarrierPattern::run);
        assertThat(played.lines().subList(4, 8))
                .containsExactly(
                        "2 of 3 are ready, at work: 0",
                        "database was told by parts-3: java.lang.IllegalStateException: port 514 is in use",
                        "metrics was told by parts-3: java.lang.IllegalStateException: port 514 is in use",
                        "listener has failed");
    }

    @RepeatedTest(5)
    void withEsclusaTheGateIsReadyWhenAllAreOrSaysWhoIsNot() throws Exception {
        PlayedLesson played = PlayedLesson.of(BarrierPattern::run);
        assertThat(played.lines().subList(8, 13))
                .startsWith(
                        "before the listener, ready: false",
                        "with the listener, ready: true",
                        "the gate closes the database",
                        "before the listener, ready: false",
                        "the gate closes the database");
        assertThat(played.lines().get(13))
                .startsWith("the gate has not opened, because of [listener]: ")
                .endsWith("port 514 is in use");
    }
}
