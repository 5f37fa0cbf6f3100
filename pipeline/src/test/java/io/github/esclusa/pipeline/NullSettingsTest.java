// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.report.DrainReport;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
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
    void aRunningPipelineNamesTheParameter() throws InterruptedException {
        try (Pipeline<Integer> pipeline =
                Pipeline.<Integer>builder("p").sink("s", n -> {}).start()) {
            assertNames("outcome", () -> pipeline.settled(null));
            assertNames("timeout", () -> pipeline.shutdown(null));
            assertNames("message", () -> pipeline.trySubmit(null));
            DrainReport<Integer> report = pipeline.shutdown(Duration.ofSeconds(30));
            assertNames("outcome", () -> report.count(null));
        }
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

    private static Arguments refused(String message, Attempt attempt) {
        return Arguments.of(message, attempt);
    }

    private static void assertNames(String parameter, ThrowingCallable attempt) {
        assertThatNullPointerException().isThrownBy(attempt).withMessage(parameter);
    }
}
