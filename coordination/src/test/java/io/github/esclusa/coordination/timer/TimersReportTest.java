// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.thread.StuckThread;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimersReportTest {

    @Test
    void manyStuckThreadsAreOneLineAllTheSame() {
        List<StuckThread> stuck = IntStream.rangeClosed(1, 12)
                .mapToObj(i -> new StuckThread("t-timer-" + i, List.of()))
                .toList();
        TimersReport report =
                new TimersReport("t", new TimerBalance(12, 0, 0, 0, 0, 0, 0, 12), List.of(), stuck, true, null);
        assertThat(report)
                .asString()
                .contains("t-timer-9, t-timer-10, and 2 more]")
                .doesNotContain("t-timer-11");
        assertThat(report.stuckThreads()).hasSize(12);
    }
}
