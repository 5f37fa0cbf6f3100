// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.ExecutorByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand two failures make no sound; with Esclusa they leave by join or by close. */
@Timeout(120)
class ExecutorPatternTest {

    @RepeatedTest(5)
    void byHandTwoTasksFailAndNobodyHearsOfIt() throws Exception {
        PlayedLesson played = PlayedLesson.of(ExecutorByHand::run);
        assertThat(played.lines())
                .containsExactly("all done: true", "1, two, 3 and four make 4; exceptions heard of: 0");
    }

    @RepeatedTest(5)
    void withEsclusaJoinThrowsTheFirstWithTheOthersSuppressedAndCountsThem() throws Exception {
        PlayedLesson played = PlayedLesson.of(ExecutorPattern::run);
        assertThat(played.lines())
                .anyMatch(line -> line.startsWith("  the first: ") && line.endsWith("\"two\""))
                .anyMatch(line -> line.startsWith("  suppressed: ") && line.endsWith("\"four\"]"))
                .contains("esclusa.tasks.failed: 2");
    }

    @RepeatedTest(5)
    void withEsclusaCloseThrowsWhatNobodyJoined() throws Exception {
        PlayedLesson played = PlayedLesson.of(ExecutorPattern::run);
        assertThat(played.lines()).anyMatch(line -> line.startsWith("close: ") && line.endsWith("\"five\""));
    }
}
