// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.coordination.timer.CancelOutcome;
import io.github.esclusa.coordination.timer.ResetOutcome;
import io.github.esclusa.core.lock.LockOrderException;
import io.github.esclusa.pipeline.report.Admission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages show what the build compiles, and it does what they say. */
@Timeout(60)
class SnippetsTest {

    @Test
    void theReadmeShowsWhatIsCompiled() throws IOException {
        assertThat(shownAsCompiled(Path.of("../README.md"))).hasSize(8);
    }

    /** All the code in the guide is, and {@link GuideSnippetsTest} runs it. */
    @Test
    void theGuideShowsWhatIsCompiled() throws IOException {
        Path page = Path.of("../docs/guide.md");
        assertThat(shownAsCompiled(page))
                .hasSameSizeAs(Files.readAllLines(page).stream()
                        .filter("```java"::equals)
                        .toList())
                .doesNotHaveDuplicates()
                .hasSize(11);
    }

    private static List<String> shownAsCompiled(Path page) throws IOException {
        Path sources = Path.of("src/test/java/io/github/esclusa/examples/docs");
        List<Pages.Block> shown = Pages.blocks(page);
        for (Pages.Block block : shown) {
            assertThat(block.lines())
                    .as(block.source())
                    .isEqualTo(Pages.compiled(sources.resolve(block.source() + ".java")));
        }
        return shown.stream().map(Pages.Block::source).toList();
    }

    @Test
    void thePipelineDeliversAndBalances() throws InterruptedException {
        PipelineSnippet.Shown shown = PipelineSnippet.run();
        assertThat(shown.admission()).isEqualTo(Admission.ACCEPTED);
        assertThat(shown.stored()).isEqualTo(1);
        assertThat(shown.report().balanced()).isTrue();
    }

    @Test
    void theErrorPolicyFindsTheBadOneOfABatch() throws InterruptedException {
        ErrorsSnippet.Shown shown = ErrorsSnippet.run("one", "two", "", "four");
        assertThat(shown.stored()).containsExactlyInAnyOrder("one", "two", "four");
        assertThat(shown.letters()).containsExactly("");
        assertThat(shown.report().balanced()).isTrue();
    }

    @Test
    void thePipelineOfTwoInletsIsClosedByTheHook() throws InterruptedException {
        InletsSnippet.Shown shown = InletsSnippet.run();
        assertThat(shown.admission()).isEqualTo(Admission.ACCEPTED);
        assertThat(shown.stored()).containsExactly("hello");
        assertThat(shown.lost()).isZero();
        assertThat(shown.closed()).containsExactly("listener", "database");
    }

    @Test
    void thePipelineIsWatched() {
        WatchSnippet.Shown shown = WatchSnippet.run();
        assertThat(shown.admission()).isEqualTo(Admission.ACCEPTED);
        assertThat(shown.scrape()).contains("esclusa_pipeline_in_flight_messages{inlet=\"main\",name=\"words\"} 1.0");
        assertThat(shown.inFlight()).isEqualTo(1);
        assertThat(shown.delivered()).isZero();
    }

    /** What the headings promise. */
    @Test
    void asManyLinesAsTheHeadingsSay() throws IOException {
        Map<String, Integer> lines = Pages.blocks(Path.of("../README.md")).stream()
                .collect(Collectors.toMap(
                        Pages.Block::source, block -> block.lines().size()));
        assertThat(lines)
                .containsEntry("PipelineSnippet", 10)
                .containsEntry("PoolSnippet", 10)
                .containsEntry("TimerSnippet", 5)
                .containsEntry("GateSnippet", 5);
    }

    @Test
    void thePoolBalances() throws InterruptedException, SQLException {
        assertThat(PoolSnippet.run("jdbc:sqlite::memory:").balanced()).isTrue();
    }

    @Test
    void theTimerIsResetAndCancelled() throws InterruptedException {
        AtomicInteger expired = new AtomicInteger();
        TimerSnippet.Shown shown = TimerSnippet.run(expired::incrementAndGet);
        assertThat(shown.reset()).isEqualTo(ResetOutcome.RESET);
        assertThat(shown.cancelled()).isEqualTo(CancelOutcome.CANCELLED);
        assertThat(shown.report().balanced()).isTrue();
        assertThat(expired).hasValue(0);
    }

    @Test
    void theGateStartsInOrderAndStopsInReverse() throws InterruptedException {
        GateSnippet.Shown shown = GateSnippet.run();
        assertThat(shown.events())
                .containsExactly("database opened", "listener opened", "listener closed", "database closed");
        assertThat(shown.report().clean()).isTrue();
    }

    @Test
    void theLockOrderRefusesTheSecondTransfer() {
        AtomicInteger transfers = new AtomicInteger();
        assertThatThrownBy(() -> LockOrderSnippet.run(transfers))
                .isInstanceOf(LockOrderException.class)
                .hasMessageContaining("savings");
        assertThat(transfers).hasValue(1);
    }
}
