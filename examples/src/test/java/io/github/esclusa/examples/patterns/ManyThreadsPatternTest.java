// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.thread.TaskBalance;
import io.github.esclusa.examples.patterns.byhand.ManyThreadsByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand results come as they come and a failure stops nobody; with Esclusa they are in order and it stops the rest. */
@Timeout(120)
class ManyThreadsPatternTest {

    @RepeatedTest(3)
    void byHandResultsComeInTheOrderOfFinishing() throws Exception {
        PlayedLesson played = PlayedLesson.of(ManyThreadsByHand::run);
        assertThat(played.lines()).contains("asked for pages 1, 2, 3; what came is [page 3, page 2, page 1]");
    }

    @RepeatedTest(3)
    void byHandAFailureLeavesTheOthersAtWorkThatNobodyNeeds() throws Exception {
        PlayedLesson played = PlayedLesson.of(ManyThreadsByHand::run);
        assertThat(played.lines()).contains("page 1 has failed, and meanwhile came page 2, for nobody");
    }

    @RepeatedTest(3)
    void withEsclusaResultsComeInTheOrderOfSubmissionThoughTheyFinishInAnother() throws Exception {
        PlayedLesson played = PlayedLesson.of(ManyThreadsPattern::run);
        assertThat(played.lines())
                .startsWith(
                        "page 3 is here",
                        "page 2 is here",
                        "page 1 is here",
                        "asked for pages 1, 2, 3; joined are [page 1, page 2, page 3]");
    }

    @RepeatedTest(3)
    void withEsclusaTheFirstFailureStopsTheRest() throws Exception {
        PlayedLesson played = PlayedLesson.of(ManyThreadsPattern::run);
        assertThat(played.lines()).contains("its cause: java.io.IOException: page 2 is gone");
        assertThat(played.lines())
                .anyMatch(line -> line.startsWith("1 of 2 tasks of group 'pages' failed and 1 were cancelled"));
    }

    @RepeatedTest(10)
    void withEsclusaABlockThatNobodyJoinsIsLeftWhenItsTasksAreDone() throws Exception {
        PlayedLesson played = PlayedLesson.of(ManyThreadsPattern::run);
        assertThat(played.lines())
                .endsWith(
                        "at the end of the block: 0 done",
                        "after it: " + new TaskBalance(/* submitted */ 1, /* queued */ 0, /* running */ 0, 1, 0, 0));
    }
}
