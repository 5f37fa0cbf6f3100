// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.DrainReport;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was forgotten is said where it was, and not message by message on a worker. For users whose compiler checks nothing. */
@SuppressWarnings("NullAway")
class NullSettingsTest {

    static Stream<Arguments> aNullIsRefusedByName() {
        return Stream.of(
                refused("stage 's': the function is null", b -> b.map("s", null)),
                refused("stage 's': the predicate is null", b -> b.filter("s", null)),
                refused("stage 's': the sink is null", b -> b.sink("s", null)),
                refused("stage 's': the sink is null", b -> b.batch(1, Duration.ZERO)
                        .sink("s", null)),
                refused("stage 's': the consumer of its settings is null", b -> b.map("s", n -> n, null)),
                refused("stage 's': the consumer of its settings is null", b -> b.batch(1, Duration.ZERO)
                        .sink("s", batch -> {}, null)),
                refused(
                        "stage 's': the function for onError is null",
                        b -> b.sink("s", n -> {}, stage -> stage.onError(null))),
                refused("stage 's': the config of retry is null", b -> onError(b, e -> e.retry(null))),
                refused("stage 's': the predicate of inDoubt is null", b -> onError(b, e -> e.inDoubt(null))),
                refused("stage 's': the predicate of bisect is null", b -> onError(b, e -> e.bisect(null))),
                refused("stage 's': the handler of deadLetter is null", b -> onError(b, e -> e.deadLetter(null))),
                refused(
                        "stage 's': the retry config of deadLetter is null",
                        b -> onError(b, e -> e.deadLetter(letter -> {}, null))),
                refused("the name of its stage is null", b -> b.map(null, n -> n)),
                refused("the name of its inlet is null", b -> b.inlet(null)),
                refused("batch(…, linger): the linger is null", b -> b.batch(1, null)),
                refused("inlet 'i': the consumer of its settings is null", b -> b.inlet("i", null)),
                refused("inlet 'i': the weigher is null", b -> b.inlet("i", inlet -> inlet.maxWeight(1, null))),
                refused("the overflow policy is null", b -> b.whenFull(null)),
                refused("the kind of its threads is null", b -> b.threads(null)),
                refused("the clock is null", b -> b.clock(null)),
                refused("the listener is null", b -> b.onSettled(null)),
                refused("the closeTimeout is null", b -> b.closeTimeout(null)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aNullIsRefusedByName(String message, Attempt attempt) {
        PipelineBuilder<Integer, Integer> builder = Pipeline.builder("p");
        assertThatNullPointerException()
                .isThrownBy(() -> attempt.on(builder))
                .withMessageStartingWith("pipeline 'p'")
                .withMessageEndingWith(message);
    }

    @Test
    void aRunningPipelineNamesItselfAndTheOperation() throws InterruptedException {
        try (Pipeline<Integer> pipeline =
                Pipeline.<Integer>builder("p").sink("s", n -> {}).start()) {
            assertRefused("pipeline 'p': the outcome given to settled is null", () -> pipeline.settled(null));
            assertRefused("pipeline 'p': the name given to inlet is null", () -> pipeline.inlet(null));
            assertRefused("pipeline 'p': the timeout given to shutdown is null", () -> pipeline.shutdown(null));
            String unsubmitted = "inlet 'main' of pipeline 'p': the message submitted is null";
            assertRefused(unsubmitted, () -> pipeline.trySubmit(null));
            assertRefused(unsubmitted, () -> pipeline.submit(null));
            assertRefused("pipeline 'p': the callback given to submit is null", () -> pipeline.submit(1, null));
            DrainReport<Integer> report = pipeline.shutdown(Duration.ofSeconds(30));
            assertRefused("pipeline 'p': the outcome given to count is null", () -> report.count(null));
        }
    }

    @Test
    void whatHasNoNameYetSaysWhatItIs() {
        assertRefused("the name of the pipeline is null", () -> Pipeline.builder(null));
        assertRefused("Overflow.block: the timeout is null", () -> Overflow.block(null));
        Map<Integer, Throwable> causes = new HashMap<>();
        causes.put(3, null);
        assertRefused("BatchFailure: the cause for message 3 is null", () -> new BatchFailure(causes));
    }

    @Test
    void aBatchThatCannotBeIsRefusedBeforeItsSinkIsNamed() {
        PipelineBuilder<Integer, Integer> builder = Pipeline.builder("p");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.batch(0, Duration.ZERO))
                .withMessageContaining("pipeline 'p': batch(0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.batch(1, Duration.ofMillis(-1)))
                .withMessageContaining("PT-0.001S");
    }

    @Test
    void aBatchFailureNamesNoMessageBeforeTheFirst() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchFailure(Map.of(-1, new IOException("on purpose"))))
                .withMessageContaining("-1");
    }

    private interface Attempt {
        Object on(PipelineBuilder<Integer, Integer> builder);
    }

    private static Object onError(
            PipelineBuilder<Integer, Integer> builder, UnaryOperator<ErrorPolicy<Integer>> policyOf) {
        return builder.sink("s", n -> {}, stage -> stage.onError(policyOf));
    }

    private static Arguments refused(String message, Attempt attempt) {
        return Arguments.of(message, attempt);
    }

    private static void assertRefused(String message, ThrowingCallable attempt) {
        assertThatNullPointerException().isThrownBy(attempt).withMessage(message);
    }
}
