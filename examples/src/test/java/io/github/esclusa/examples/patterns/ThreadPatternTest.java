// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.ThreadByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand a thread is cut off by inheritance and a join is silent; with Esclusa neither. */
@Timeout(120)
class ThreadPatternTest {

    @RepeatedTest(2)
    void byHandAThreadThatNobodyMadeADaemonIsCutOffInTheMiddle() throws Exception {
        PlayedLesson played = PlayedLesson.of(ThreadByHand::run);
        assertThat(played.lines()).contains("made a daemon by nobody, and is one: true", "half the report is written");
        assertThat(played.lines())
                .contains("the process has ended, its status is 0")
                .doesNotContain("the report is written");
    }

    @RepeatedTest(2)
    void byHandAJoinThatGaveUpDoesNotSaySo() throws Exception {
        PlayedLesson played = PlayedLesson.of(ThreadByHand::run);
        assertThat(played.lines()).anyMatch(line -> line.startsWith("joined, the worker is still there: true"));
    }

    @RepeatedTest(2)
    void withEsclusaTheKindOfThreadIsWhatWasChosenWhoeverStartsIt() throws Exception {
        PlayedLesson played = PlayedLesson.of(ThreadPattern::run);
        assertThat(played.lines()).contains("housekeeper-1 is a daemon: true", "writer-1 is a daemon: false");
    }

    @RepeatedTest(2)
    void withEsclusaJoinNamesWhoStillRunsAndWhere() throws Exception {
        PlayedLesson played = PlayedLesson.of(ThreadPattern::run);
        assertThat(played.lines())
                .contains("task 1 on thread 'reports-1' in writeReport", "joined: [the report is written]");
    }
}
