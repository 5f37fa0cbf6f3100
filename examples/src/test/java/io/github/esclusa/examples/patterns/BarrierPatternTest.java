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
    void withEsclusaNobodyWorksAndEverybodyIsTold() throws Exception {
        PlayedLesson played = PlayedLesson.of(BarrierPattern::run);
        assertThat(played.lines())
                .contains("database was told: java.lang.IllegalStateException: port 514 is in use")
                .contains("metrics was told: java.lang.IllegalStateException: port 514 is in use")
                .contains("the gate closes the database")
                .noneMatch(line -> line.endsWith("works"));
    }
}
