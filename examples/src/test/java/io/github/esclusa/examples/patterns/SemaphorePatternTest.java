// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.SemaphoreByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand the number of permits drifts both ways; with Esclusa no failure changes it. */
@Timeout(120)
class SemaphorePatternTest {

    @RepeatedTest(3)
    void byHandACreationThatThrowsLosesThePermitAndATimeoutWinsOne() throws Exception {
        PlayedLesson played = PlayedLesson.of(SemaphoreByHand::run);
        assertThat(played.lines())
                .containsExactly(
                        "no connection; in use 0, permits left 0 of 1",
                        "no connection within 50 ms; in use 1, permits left 1 of 1",
                        "and the next gets one; in use 2");
    }

    @RepeatedTest(5)
    void withEsclusaTheFullCapacityIsThereAfterAFailureAndATimeoutAndNeverMore() throws Exception {
        PlayedLesson played = PlayedLesson.of(SemaphorePattern::run);
        assertThat(played.lines())
                .contains("8 threads, 2 connections, most in use at once: 2")
                .noneMatch(line -> line.startsWith("not reached"));
        assertThat(played.lines())
                .anyMatch(line -> line.startsWith("no connection for this thread: "))
                .anyMatch(line ->
                        line.startsWith("no lease from pool 'connections' within PT0.05S: 2 of at most 2 in use"));
    }
}
