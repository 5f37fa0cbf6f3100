// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static io.github.esclusa.pipeline.testing.Answers.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.BrokenLog;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever user code throws, wherever: nothing is lost, the credit comes back, and the worker lives. */
@Timeout(60)
class UserErrorsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int CAPACITY = 8;

    /** Where user code is called on a worker, and what becomes of a message when it throws there. */
    private enum Callback {
        MAP(Outcome.FAILED),
        FILTER(Outcome.FAILED),
        SINK(Outcome.FAILED),
        BATCH_SINK(Outcome.FAILED),
        DATA_ERROR_PREDICATE(Outcome.FAILED),
        RETRY_INTERVAL(Outcome.FAILED),
        RETRY_PREDICATE(Outcome.FAILED),
        DEAD_LETTER_HANDLER(Outcome.FAILED),
        DEAD_LETTER_INTERVAL(Outcome.FAILED),
        LISTENER(Outcome.DELIVERED);

        final Outcome outcome;

        Callback(Outcome outcome) {
            this.outcome = outcome;
        }
    }

    /** What it throws. */
    @SuppressWarnings("ImmutableEnumChecker") // the suppliers are constructors: they have no state
    private enum Thrown {
        STACK_OVERFLOW(StackOverflowError::new),
        ASSERTION(() -> new AssertionError("on purpose")),
        NO_MEMORY(() -> new OutOfMemoryError("on purpose")),
        CHECKED(() -> new IOException("on purpose")),
        INTERRUPTED(InterruptedException::new),
        SPEECHLESS(Speechless::new);

        final Supplier<Throwable> supplier;

        Thrown(Supplier<Throwable> supplier) {
            this.supplier = supplier;
        }
    }

    /** An exception that throws when a logger asks for its message. */
    private static final class Speechless extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message, on purpose");
        }
    }

    static Stream<Arguments> everythingEverywhere() {
        return Arrays.stream(Callback.values())
                .flatMap(where -> Arrays.stream(Thrown.values()).map(what -> Arguments.of(where, what)));
    }

    @ParameterizedTest
    @MethodSource
    void everythingEverywhere(Callback where, Thrown what) throws InterruptedException {
        Fault fault = new Fault(what.supplier);
        assertThatNothingIsLost(faulty(where, fault), fault, where.outcome);
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenLoggerCostsNothing(Callback where) throws InterruptedException {
        Fault fault = new Fault(() -> new IllegalStateException("on purpose"));
        try (BrokenLog log = BrokenLog.open()) {
            assertThatNothingIsLost(faulty(where, fault), fault, where.outcome);
            assertThat(log.lines()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void stopStopsThoughItCannotBeLogged(Thrown what) throws InterruptedException {
        Fault fault = new Fault(what.supplier);
        try (BrokenLog log = BrokenLog.open()) {
            Pipeline<Integer> pipeline = Pipeline.<Integer>builder("stopping")
                    .sink("fail", n -> fault.strike(), stage -> stage.onError(e -> e.stop()))
                    .start();
            accepted(pipeline.submit(1));
            await().until(() -> pipeline.submit(2) == Admission.CLOSED);
            DrainReport<Integer> report = pipeline.shutdown(LONG);
            assertThat(report.balanced()).isTrue();
            assertThat(report.count(Outcome.UNKNOWN)).isZero();
            assertThat(report.cause()).get().extracting(Throwable::getCause).satisfies(cause -> assertThat(
                            cause.getClass())
                    .isEqualTo(what.supplier.get().getClass()));
            assertThat(what == Thrown.SPEECHLESS || log.lines() > 0).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheWeigherThrowsReachesTheSubmitterWhoKeepsTheMessage(Thrown what) throws InterruptedException {
        Fault fault = new Fault(what.supplier);
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("weighing")
                .capacity(CAPACITY)
                .maxWeight(CAPACITY, n -> {
                    fault.strike();
                    return 1;
                })
                .sink("take", n -> {})
                .start();
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(catchThrowable(() -> pipeline.submit(1))).hasSameClassAs(what.supplier.get());
        }
        assertThat(pipeline.inlet("main").inFlight()).isZero();
        fault.off();
        takeFullCapacity(pipeline);
        assertThat(pipeline.shutdown(LONG).accepted()).isEqualTo(CAPACITY);
    }

    @Test
    void aNegativeWeightIsTheSubmittersError() throws InterruptedException {
        try (Pipeline<Integer> pipeline = Pipeline.<Integer>builder("weighing")
                .maxWeight(10, n -> -1)
                .sink("take", n -> {})
                .start()) {
            assertThat(catchThrowable(() -> pipeline.submit(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'main' of pipeline 'weighing'")
                    .hasMessageContaining("-1");
            assertThat(pipeline.inlet("main").inFlight()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAWhenDecidedCallbackThrowsDisturbsNobody(Thrown what) throws Exception {
        Fault fault = new Fault(what.supplier);
        CountDownLatch hold = new CountDownLatch(1);
        AtomicInteger called = new AtomicInteger();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("deciding")
                .capacity(1)
                .sink("take", n -> hold.await())
                .start();
        accepted(pipeline.submit(0));
        for (int i = 1; i <= 5; i++) {
            assertThat(pipeline.submit(i, answer -> {
                        called.incrementAndGet();
                        fault.strike();
                    }))
                    .isEqualTo(Admission.WAITING);
        }
        hold.countDown();
        await().until(() -> pipeline.settled(Outcome.DELIVERED) == 6);
        assertThat(called).hasValue(5);
        assertThat(pipeline.shutdown(LONG).balanced()).isTrue();
    }

    @Test
    void nullFromAMapIsAFailureThatNamesTheStageAndTheRemedy() throws InterruptedException {
        List<Throwable> causes = new CopyOnWriteArrayList<>();
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("nulls")
                .map(
                        "nothing",
                        UserErrorsTest::nothing,
                        stage -> stage.onError(e -> e.deadLetter(failure -> causes.add(failure.cause()))))
                .sink("take", n -> {})
                .start();
        accepted(pipeline.submit(1));
        assertThat(pipeline.shutdown(LONG).count(Outcome.DEAD_LETTERED)).isEqualTo(1);
        assertThat(causes).singleElement().satisfies(cause -> assertThat(cause)
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("'nothing' of pipeline 'nulls'")
                .hasMessageContaining("filter"));
    }

    @SuppressWarnings("NullAway") // A user whose compiler checks nothing.
    private static Integer nothing(Integer input) {
        return null;
    }

    private static Pipeline<Integer> faulty(Callback where, Fault fault) {
        RetryConfig broken = RetryConfig.<Object>custom()
                .maxAttempts(3)
                .intervalBiFunction((attempts, result) -> {
                    fault.strike();
                    return 0L;
                })
                .build();
        RetryConfig brokenPredicate = RetryConfig.<Object>custom()
                .maxAttempts(3)
                .waitDuration(Duration.ofMillis(1))
                .retryOnException(e -> {
                    fault.strike();
                    return true;
                })
                .build();
        PipelineBuilder<Integer, Integer> builder =
                Pipeline.<Integer>builder("faulty").capacity(CAPACITY);
        return switch (where) {
            case MAP ->
                builder.map("map", n -> {
                            fault.strike();
                            return n;
                        })
                        .sink("take", n -> {})
                        .start();
            case FILTER ->
                builder.filter("filter", n -> {
                            fault.strike();
                            return true;
                        })
                        .sink("take", n -> {})
                        .start();
            case SINK -> builder.sink("take", n -> fault.strike()).start();
            case BATCH_SINK ->
                builder.batch(4, Duration.ofMillis(1))
                        .sink("take", batch -> fault.strike())
                        .start();
            case DATA_ERROR_PREDICATE ->
                builder.batch(4, Duration.ofMillis(1))
                        .sink(
                                "take",
                                batch -> failIf(fault),
                                stage -> stage.onError(e -> e.bisect(thrown -> {
                                    fault.strike();
                                    return true;
                                })))
                        .start();
            case RETRY_INTERVAL ->
                builder.sink("take", n -> failIf(fault), stage -> stage.onError(e -> e.retry(broken)))
                        .start();
            case RETRY_PREDICATE ->
                builder.sink("take", n -> failIf(fault), stage -> stage.onError(e -> e.retry(brokenPredicate)))
                        .start();
            case DEAD_LETTER_HANDLER ->
                builder.sink(
                                "take",
                                n -> failIf(fault),
                                stage -> stage.onError(e -> e.deadLetter(failure -> fault.strike())))
                        .start();
            case DEAD_LETTER_INTERVAL ->
                builder.sink(
                                "take",
                                n -> failIf(fault),
                                stage -> stage.onError(e -> e.deadLetter(failure -> failIf(fault), broken)))
                        .start();
            case LISTENER ->
                builder.onSettled(settlement -> fault.strike())
                        .sink("take", n -> {})
                        .start();
        };
    }

    private static void failIf(Fault fault) {
        if (fault.isOn()) {
            throw new IllegalStateException("the target is gone, on purpose");
        }
    }

    private static void assertThatNothingIsLost(Pipeline<Integer> pipeline, Fault fault, Outcome outcome)
            throws InterruptedException {
        takeFullCapacity(pipeline);
        assertThat(pipeline.settled(outcome)).isEqualTo(CAPACITY);
        fault.off();
        takeFullCapacity(pipeline);
        assertThat(pipeline.state()).isEqualTo(PipelineState.RUNNING);
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.accepted()).isEqualTo(2 * CAPACITY);
        assertThat(report.count(outcome) + report.delivered())
                .isEqualTo(outcome == Outcome.DELIVERED ? 4 * CAPACITY : 2 * CAPACITY);
        assertThat(pipeline.state()).isEqualTo(PipelineState.TERMINATED);
    }

    /** Takes all the credit there is, and waits until all of it has come back. */
    private static void takeFullCapacity(Pipeline<Integer> pipeline) {
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(pipeline.trySubmit(i)).isEqualTo(Admission.ACCEPTED);
        }
        await().until(() -> pipeline.inlet("main").inFlight() == 0);
    }

    /** Most of these cases are over in a moment, and there are many. */
    private static ConditionFactory await() {
        return Awaitility.with().pollInterval(Duration.ofMillis(2)).await();
    }
}
