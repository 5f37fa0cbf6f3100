// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.Printer;
import io.github.esclusa.examples.patterns.byhand.ThreadByHand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By hand a thread is cut off by inheritance and a join is silent; with Esclusa neither. */
@Timeout(120)
class ThreadPatternTest {

    @RepeatedTest(2)
    void byHandAThreadThatNobodyMadeADaemonIsCutOffInTheMiddle() throws Exception {
        PlayedLesson played = PlayedLesson.of(ThreadByHand::run);
        assertThat(played.lines()).contains("the writer is a daemon: true", "half the report is written");
        assertThat(played.lines())
                .contains("the process has ended, its status is 0")
                .doesNotContain("the report is written");
    }

    @Test
    void byHandTheSameReportIsWrittenWhereTheWriterIsNoDaemon() throws Exception {
        List<String> lines = new ArrayList<>();
        ThreadByHand.report(new Printer(lines::add), "chosen");
        assertThat(lines)
                .containsExactly(
                        "the writer is a daemon: false",
                        "half the report is written",
                        "the report is written",
                        "the process has ended, its status is 0");
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
