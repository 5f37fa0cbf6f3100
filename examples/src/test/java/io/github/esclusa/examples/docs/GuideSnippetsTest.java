// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.PoolReport;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What docs/guide.md shows does what it says there. */
@Timeout(60)
class GuideSnippetsTest {

    @Test
    void eachAnswerSaysWhoKeepsTheMessage() throws InterruptedException {
        SubmitSnippet.Shown shown = SubmitSnippet.run();
        assertThat(shown.kept()).containsExactly("second", "after the end");
        assertThat(shown.refused()).containsExactly("longer than ten");
        assertThat(shown.ofTheWorker()).containsExactly(Admission.FULL);
    }

    @Test
    void theSourceIsNotReadWhileItsMessageStandsInLine() throws InterruptedException {
        EventLoopSnippet.Shown shown = EventLoopSnippet.run();
        assertThat(shown.told()).containsExactly(Admission.ACCEPTED, Admission.ACCEPTED);
        assertThat(shown.readMeanwhile()).isFalse();
        assertThat(shown.report().delivered()).isEqualTo(2);
    }

    @Test
    void theHeavyMessageIsRefused() throws InterruptedException {
        WeightSnippet.Shown shown = WeightSnippet.run();
        assertThat(shown.admission()).isEqualTo(Admission.TOO_HEAVY);
        assertThat(shown.stored()).isEmpty();
    }

    @Test
    void theFilterRunsOnTheThreadsOfTheStageBeforeIt() throws InterruptedException {
        StagesSnippet.Shown shown = StagesSnippet.run(List.of("1", "-2", "three", "4"));
        assertThat(shown.stored()).containsExactlyInAnyOrder(1, 4);
        assertThat(shown.filtering()).containsExactly("numbers-parse");
        assertThat(shown.storing()).containsExactly("numbers-store");
        assertThat(shown.report().count(Outcome.FILTERED)).isEqualTo(1);
        assertThat(shown.report().count(Outcome.FAILED)).isEqualTo(1);
    }

    @Test
    void whatABatchFailureDoesNotNameIsDelivered() throws InterruptedException {
        PartialFailureSnippet.Shown shown = PartialFailureSnippet.run("one", "", "three");
        assertThat(shown.inserted()).containsExactly("one", "three");
        assertThat(shown.failed()).containsExactly("an empty row");
        assertThat(shown.report().delivered()).isEqualTo(2);
        assertThat(shown.report().count(Outcome.DEAD_LETTERED)).isEqualTo(1);
    }

    @Test
    void theLetterIsTriedAgainAndTheLostAnswerIsUnknown() throws InterruptedException {
        DoubtSnippet.Shown shown = DoubtSnippet.run();
        assertThat(shown.letters()).containsExactly("bad");
        assertThat(shown.calls()).isEqualTo(2);
        assertThat(shown.report().unknown()).containsExactly("lost");
        assertThat(shown.report().returned()).isEmpty();
        assertThat(shown.report().stuckThreads()).isEmpty();
    }

    @Test
    void theReportSaysWhatWasNotDone() throws InterruptedException {
        EndSnippet.Shown shown = EndSnippet.run();
        assertThat(shown.again()).containsExactly("second");
        assertThat(shown.toLookUp()).containsExactly("first");
        assertThat(shown.stuck()).singleElement().asString().startsWith("end-store-1 ");
        assertThat(shown.lost()).isZero();
        assertThat(shown.report().balanced()).isTrue();
        assertThat(shown.report().cause()).isEmpty();
    }

    @Test
    void oneHookEndsThePartsInOrder() throws InterruptedException {
        assertThat(HookSnippet.run())
                .hasSize(3)
                .endsWith("session")
                .contains("listener, last word ACCEPTED", "last word stored");
    }

    @Test
    void theBrokenConnectionIsNotLentAgain() throws InterruptedException, SQLException {
        try (ResourcePool<Connection> connections = WarmPoolSnippet.run("jdbc:sqlite::memory:")) {
            PoolReport report = LeaseSnippet.run(connections, "SELECT 1");
            assertThat(report.stillLeased())
                    .extracting(PoolReport.HeldLease::thread)
                    .containsExactly(Thread.currentThread().getName());
            Connection first;
            try (Lease<Connection> lease = connections.acquire()) {
                first = lease.get();
            }
            assertThatThrownBy(() -> LeaseSnippet.run(connections, "no SQL")).isInstanceOf(SQLException.class);
            try (Lease<Connection> lease = connections.acquire(Duration.ofSeconds(30))) {
                assertThat(lease.get()).isNotSameAs(first);
            }
        }
    }

    @Test
    void theClockIsMovedAndTheCountsOutliveTheMeters() throws InterruptedException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Pipeline<String> ended = ManualClockSnippet.run(registry);
        assertThat(registry.getMeters()).isEmpty();
        assertThat(ended.settled(Outcome.DELIVERED)).isEqualTo(1);
    }
}
